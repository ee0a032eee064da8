import Drawing
import Foundation
import Metrics
import Reports
import Results
import Statistics
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite("Pictures")
struct PictureTests {
  private static let comparison = Result {
    try Comparison(SampleRuns.night, baseline: "baseline")
  }

  private func context(_ runs: [RunSummary]? = nil, epochs: Int = 8) throws -> PageContext {
    let comparison =
      try runs.map { try Comparison($0, baseline: "baseline") } ?? Self.comparison.get()
    return PageContext(comparison, with: SampleEvidence.of(comparison, epochs: epochs))
  }

  /// Names that would break markup which is put together from plain text, one of them from right to
  /// left.
  private var hostile: [RunSummary] {
    let names = ["<script>alert(1)</script>", "\"&'\u{1}]]>", "שלום עולם", "a\u{202E}b"]
    return SampleRuns.night.map { run in
      var run = run
      for index in run.classRecords.indices {
        run.classRecords[index].name = "\(index) \(names[index % 4])"
      }
      if run.strategy == "oversampling" { run.strategy = names[0] }
      return run
    }
  }

  private func requireXML(_ text: String, _ what: String) {
    let parser = XMLParser(data: Data(text.utf8))
    #expect(
      parser.parse(), "\(what): \(String(describing: parser.parserError)), \(text.prefix(300))")
  }

  @Test("for papers are well-formed, whatever classes and strategies are called")
  func files() throws {
    for runs in [SampleRuns.night, hostile] {
      let context = try context(runs)
      for (name, summary) in Pictures.list
      where !["power", "ranks"].contains(name) {
        #expect(!summary.isEmpty)
        for width in [60.0, 84, 174] {
          let file = try #require(
            Pictures.file(
              name, of: context.comparison, with: context.evidence, millimetres: width))
          requireXML(file, name)
          #expect(!file.contains("var(") && !file.contains("<script"))
          #expect(file.contains("font:11px Inter"))
        }
      }
    }
    #expect(
      Pictures.file("none", of: try context().comparison, with: Evidence(), millimetres: 84) == nil)
  }

  @Test("in pages are well-formed, and every id is there once")
  func sections() throws {
    let writers: [any SectionWriter.Type] = [
      ConfusionsSection.self, CurvesSection.self, ReliabilitySection.self, MassSection.self,
    ]
    for runs in [SampleRuns.night, hostile] {
      let context = try context(runs)
      var page = ""
      for writer in writers {
        let made = writer.section(in: context)
        let section = try #require(made)
        page +=
          "<section id=\"\(section.id)\"><p>\(section.lede.text)</p>\(section.body.text)</section>"
      }
      // Attributes without a value are HTML's, not XML's.
      let text = "<main>\(page)</main>".replacing(" hidden>", with: " hidden=\"\">")
        .replacing(" open>", with: " open=\"\">")
      requireXML(text, "sections")
      let ids = text.matches(of: #/ id="([^"]+)"/#).map { String($0.1) }
      #expect(Set(ids).count == ids.count && ids.count > 10)
      #expect(!text.contains("NaN") && !text.contains("inf\"") && !text.contains("nan"))
    }
  }

  @Test("without evidence are not there") func nothing() throws {
    let context = PageContext(try Self.comparison.get())
    #expect(ConfusionsSection.section(in: context) == nil)
    #expect(CurvesSection.section(in: context) == nil)
    #expect(ReliabilitySection.section(in: context) == nil)
    #expect(MassSection.section(in: context) == nil)
  }

  @Test("name the runs that damage has taken out of them") func damaged() throws {
    let comparison = try Self.comparison.get()
    var evidence = SampleEvidence.of(comparison)
    evidence.damaged = [.confusions: [7, 9]]
    let section = try #require(
      ConfusionsSection.section(in: PageContext(comparison, with: evidence)))
    #expect(section.body.text.contains("damaged:</b> runs 7, 9; <code>poise verify</code>"))
    #expect(
      !(try #require(CurvesSection.section(in: PageContext(comparison, with: evidence))))
        .body.text.contains("damaged"))
  }

  @Test("say which strategies train nothing, and which runs have no guesses") func absent() throws {
    let comparison = try Self.comparison.get()
    var evidence = SampleEvidence.of(comparison)
    let weights = try #require(comparison.strategies.first { $0.strategy == "weights" })
    for run in weights.runs { evidence.curves[run.id] = [] }
    evidence.reliability[weights.runs[0].id] = nil
    let context = PageContext(comparison, with: evidence)
    let lede = try #require(CurvesSection.section(in: context)).lede.text
    #expect(
      lede.contains("No curve: <span dir=\"auto\">\(weights.name)</span> (they train nothing"))
    let body = try #require(ReliabilitySection.section(in: context)).body.text
    #expect(
      body.contains("not in the diagrams: <span dir=\"auto\">\(weights.runs[0].name)</span>."))
  }
}

@Suite("Curves of pictures")
struct CurveTests {
  private let x = Scale(1...5, from: 0, to: 40)
  private let y = Scale(0...1, from: 10, to: 0)

  @Test("leave gaps where a value is undefined; a lone value is a dot") func gaps() {
    let curve = Curve(points: [(1, 0), (2, 0.5), (3, nil), (4, 1), (5, nil)])
    #expect(curve.path(x, y) == "M0 10L10 5M30 0h.01")
    #expect(curve.last == 1)
    #expect(Curve(points: [(1, nil)]).path(x, y) == "")
    let record = EpochRecord(
      epoch: 1, imagesSeen: 1, trainLoss: .infinity, validation: nil, learningRate: 0.1,
      imagesPerSecond: nil, seconds: 1, finishedAt: "", isBest: true)
    #expect(Curve([record], \.trainLoss).defined.isEmpty)
  }

  @Test("have a mean over the runs that have a value") func mean() {
    let mean = Curve.mean([
      Curve(points: [(1, 0), (2, nil), (3, nil)]), Curve(points: [(1, 1), (2, 3)]),
    ])
    #expect(mean.points.map(\.epoch) == [1, 2, 3])
    #expect(mean.points.map(\.value) == [0.5, 3, nil])
  }

  @Test("of very many epochs keep every spike, the ends and the gaps") func thinning() {
    var points = (1...1000).map { (epoch: $0, value: Double?(Double($0 % 7))) }
    points[499].value = 50
    points[731].value = -50
    for place in 800..<900 { points[place].value = nil }
    let thin = Curve(points: points).thinned(to: 200)
    #expect(thin.points.count <= 200 && thin.points.count > 150)
    #expect(thin.points.first?.epoch == 1 && thin.points.last?.epoch == 1000)
    #expect(thin.points.contains { $0.epoch == 500 && $0.value == 50 })
    #expect(thin.points.contains { $0.epoch == 732 && $0.value == -50 })
    #expect(thin.points.contains { $0.value == nil && (801...900).contains($0.epoch) })
    let epochs = thin.points.map(\.epoch)
    #expect(epochs == epochs.sorted() && Set(epochs).count == epochs.count)
    let short = Curve(points: Array(points.prefix(200))).thinned(to: 200)
    #expect(short.points.count == 200)
  }

  @Test("have labels at their ends that do not cover one another") func labels() {
    #expect(LabelColumn.spread([10, 50], gap: 12, within: 0...100) == [10, 50])
    #expect(LabelColumn.spread([50, 51, 49], gap: 10, within: 0...100) == [59, 69, 49])
    #expect(LabelColumn.spread([99, 98], gap: 10, within: 0...100) == [100, 90])
    #expect(LabelColumn.spread([1, 1, 1], gap: 10, within: 0...10) == [0, 10, 20])
    #expect(LabelColumn.spread([], gap: 10, within: 0...10) == [])
  }
}

@Suite("Confusions and class mass of pictures")
struct ConfusionShareTests {
  @Test("shares and their changes follow from the counts") func shares() throws {
    let comparison = try Comparison(SampleRuns.night, baseline: "baseline")
    let evidence = SampleEvidence.of(comparison)
    let before = try #require(evidence.confusions["baseline"])
    let after = try #require(evidence.confusions["oversampling"])
    // Three seeds with 38, 37, 38 and 35, 34, 35 of 40 T-shirts right.
    #expect(before[0, 0] == 113 && before[0, 1] == 7 && before.rowSum(0) == 120)
    let shares = ConfusionShares(before, after, in: comparison)
    let cell = try #require(shares.cells.first { $0.trueClass == 0 && $0.predicted == 1 })
    #expect(cell.before == 7 / 120 && cell.after == 16 / 120 && !cell.isBetter)
    let right = try #require(shares.cells.first { $0.trueClass == 5 && $0.isRight })
    // 帽子: 0, 1, 1 and 2, 3, 3 of 5.
    #expect(right.before == 2 / 15 && right.after == 8 / 15 && right.isBetter)
    // The unseen class has no row.
    #expect(!shares.cells.contains { $0.trueClass == 6 })
    let growing = shares.largest(growing: true, 9, images: 20, in: comparison)
    #expect(growing.map(\.trueClass) == [0, 1])
    // Bags: 35 and 41 of 60 right; casual shoes: 48 and 49.
    #expect(
      shares.largest(growing: false, 9, images: 20, in: comparison).map(\.trueClass) == [3, 2])
  }

  @Test("classes of runs with other splits are matched by name") func names() throws {
    var runs = [
      SampleRuns.done("baseline", seed: 1, hits: [38, 36, 16, 12, 3, 0]),
      SampleRuns.done("baseline", seed: 2, hits: [38, 36, 16, 12, 3, 0]),
    ]
    runs[1].classRecords.swapAt(0, 1)
    for index in [0, 1] { runs[1].classRecords[index].index = index }
    let comparison = try Comparison(runs, baseline: "baseline")
    var evidence = Evidence()
    var matrix = ConfusionMatrix(classCount: 6, unseenCount: 1)
    matrix[0, 1] = 5
    for run in runs {
      let fits = evidence.add(matrix, of: run, as: "baseline", in: comparison)
      #expect(fits)
    }
    let sum = try #require(evidence.confusions["baseline"])
    #expect(sum[0, 1] == 5 && sum[1, 0] == 5)
    // A matrix of more classes than the run has is of no use, and leaves no trace.
    let large = evidence.add(
      ConfusionMatrix(classCount: 9), of: runs[0], as: "baseline", in: comparison)
    #expect(!large && evidence.confusions["baseline"] == sum)
  }

  @Test("classes that are mixed up stand together, and the block with most change comes first")
  func order() throws {
    let comparison = try Comparison(SampleRuns.night, baseline: "baseline")
    var before = ConfusionMatrix(classCount: 6, unseenCount: 1)
    for index in 0..<6 { before[index, index] = 60 }
    (before[0, 4], before[4, 0], before[2, 5]) = (40, 40, 30)
    let order = ConfusionOrder(of: before, count: 6)
    func apart(_ a: Int, _ b: Int) -> Int {
      abs(order.classes.firstIndex(of: a)! - order.classes.firstIndex(of: b)!)
    }
    #expect(order.classes.sorted() == Array(0..<6) && apart(0, 4) == 1 && apart(2, 5) == 1)
    var after = before
    (after[2, 5], after[2, 2]) = (0, 90)
    let shares = ConfusionShares(before, after, in: comparison)
    #expect(order.blocks(ofAtMost: 2, 9, in: shares).map { $0.sorted() } == [[2, 5]])
  }

  @Test("class mass is relative to the natural share, and like curves share a panel")
  func mass() throws {
    let comparison = try Comparison(SampleRuns.night, baseline: "baseline")
    let book = MassBook(PageContext(comparison, with: SampleEvidence.of(comparison)))
    #expect(book.curves.count == 2)
    #expect(book.curves[0].isNatural && book.curves[0].strategies.count == 4)
    let balanced = book.curves[1]
    #expect(balanced.strategies.map(\.name) == ["oversampling"] && balanced.points.count == 6)
    // 735 training images in six classes: 420 count 735 / 6 / 420 times their share.
    #expect(abs(balanced.points[0].promised - 735.0 / 6 / 420) < 1e-12)
    #expect(abs(balanced.points[5].promised - 735.0 / 6 / 6) < 1e-12)
    #expect(abs(try #require(balanced.points[5].realised) - 735.0 / 6 / 6) < 1e-12)
    #expect(book.curves[0].points[0].realised == nil)
    #expect(book.counts == 6...420 && abs(book.reach - 735.0 / 36) < 1e-9)
  }
}
