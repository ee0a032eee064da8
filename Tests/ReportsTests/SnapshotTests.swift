import Metrics
import Reports
import Results
import TestSupport
import Testing

@Suite("Reports look as they did")
struct SnapshotTests {
  static let night = SampleRuns.night

  @Test(
    "A report in every format on every subject",
    arguments: ReportFormat.allCases, ReportSubject.allCases)
  func reports(format: ReportFormat, subject: ReportSubject) throws {
    // A page and the long form have every subject, and only a terminal has a summary.
    let isWhole = format == .html || format == .long
    guard !isWhole || subject == .overview, format == .table || subject != .summary else { return }
    let comparison = try Comparison(Self.night, baseline: "baseline")
    let report = format.report(on: subject)
    let name = "\(subject.rawValue).\(type(of: report).fileExtension)"
    assertSnapshot(report.render(comparison), named: name)
  }

  @Test("A report in ASCII, and one in colour")
  func styles() throws {
    let comparison = try Comparison(Self.night, baseline: "baseline")
    let ascii = TerminalReport(style: TextStyle(unicode: false)).render(comparison)
    assertSnapshot(ascii, named: "ascii.txt")
    let colour = TerminalReport(style: TextStyle(width: 120, colour: true)).render(comparison)
    assertSnapshot(colour, named: "colour.txt")
  }

  @Test("One run a strategy: no spread, no interval, and the note says so")
  func oneSeed() throws {
    let runs = Self.night.filter { $0.seed == 2 && $0.status == .done }
    let comparison = try Comparison(runs, baseline: nil, metric: .worstRecall)
    assertSnapshot(TerminalReport().render(comparison), named: "one-seed.txt")
  }

  @Test("Nothing finished yet")
  func nothingFinished() throws {
    let runs = (1...2).map { SampleRuns.unfinished("baseline", seed: $0, .queued, epochsDone: 0) }
    let comparison = try Comparison(runs, baseline: "baseline")
    assertSnapshot(TerminalReport().render(comparison), named: "nothing-finished.txt")
  }

  @Test("Runs as a table", arguments: ListFormat.allCases)
  func runs(format: ListFormat) {
    let text = RunTable(Array(Self.night.prefix(6))).render(format)
    assertSnapshot(text, named: "runs.\(format.ending)")
  }

  @Test("One run as a sheet", arguments: ListFormat.allCases)
  func sheet(format: ListFormat) {
    var confusion = ConfusionMatrix(classCount: 6, unseenCount: 1)
    for (truth, guess, images) in [(0, 0, 36), (0, 2, 4), (4, 4, 5), (4, 0, 5), (5, 1, 3)] {
      confusion[truth, guess] = images
    }
    var validation = HeadlineMetrics(images: 50)
    let epochs = (1...8).map { epoch in
      validation.accuracy = 0.5 + Double(epoch) / 20
      validation.macroRecall = 0.3 + Double(epoch) / 16
      return EpochRecord(
        epoch: epoch, imagesSeen: epoch * 6000, trainLoss: 2 / Double(epoch),
        validation: epoch == 3 ? nil : validation, learningRate: 0.05, imagesPerSecond: 712.25,
        seconds: 8.5, finishedAt: "2026-11-23T01:02:03Z", isBest: epoch == 7)
    }
    let third = 1.0 / 6
    let mass = ClassMass(
      sampled: [0.5, 0.2, 0.15, 0.1, 0.03, 0.02], weights: Array(repeating: 1, count: 6),
      effective: Array(repeating: third, count: 6))
    let sheet = RunSheet(
      Self.night[1], epochs: epochs.reversed(), mass: mass, confusion: confusion,
      configuration: #"{"seed":1}"#)
    assertSnapshot(sheet.render(format), named: "sheet.\(format.ending)")
  }

  @Test("A data set as a table", arguments: ListFormat.allCases)
  func dataset(format: ListFormat) {
    let record = DatasetRecord(
      name: "fashion-small", digest: "0f3a", classes: SampleRuns.records,
      quarantined: ["image is missing": 5, "zero size": 1, "label is empty": 5])
    let text = DatasetTable(record).render(format)
    assertSnapshot(text, named: "dataset.\(format.ending)")
  }
}

extension ListFormat {
  /// How files of it are named.
  var ending: String {
    switch self {
    case .table: "txt"
    case .markdown: "md"
    case .csv: "csv"
    case .json: "json"
    }
  }
}
