import GRDB
import Metrics
import Results
import ResultsSQLite
import TestSupport
import Testing

@Suite("Headline figures in a results file") struct HeadlineColumnTests {
  private func columns(_ path: String, _ table: String) throws -> [String: String] {
    let rows = try query(path, "PRAGMA table_info(\(table))")
    return Dictionary(uniqueKeysWithValues: rows.map { ($0["name"] as String, $0["type"]) })
  }

  @Test("have their columns in the layout and in the views")
  func layout() throws {
    let folder = try TemporaryFolder()
    try SQLiteRunStore(path: folder.path(of: "results.sqlite")).close()
    let (run, epoch) = (
      try columns(folder.path(of: "results.sqlite"), "run"), try columns(folder.file(), "epoch")
    )
    let views = try ["v_runs", "v_compare"].map {
      try columns(folder.path(of: "results.sqlite"), $0)
    }
    for figure in HeadlineFigure.allCases {
      #expect(run[figure.stored.testColumn] == "REAL", "\(figure.rawValue)")
      #expect(epoch[figure.stored.validationColumn] == "REAL", "\(figure.rawValue)")
      guard let name = figure.stored.viewColumn else { continue }
      #expect(views.allSatisfy { $0[name] != nil }, "\(figure.rawValue)")
    }
  }

  @Test("come back as they were, each from its own column")
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    let store = try SQLiteRunStore(path: folder.path(of: "results.sqlite"))
    try store.register(Sample.sweep)
    let id = try store.enqueue(Sample.run("focal"))
    try store.begin(id, environment: Sample.environment, processID: 1)
    var (epoch, result) = (Sample.epoch(1), Sample.result())
    for (index, figure) in HeadlineFigure.allCases.enumerated() {
      epoch.validation?[figure] = Double(index + 1) / 32
      result.test?.headline[figure] = Double(index + 1) / 64
    }
    try store.append(epoch, to: id)
    result.bestEpoch = 1
    try store.finish(id, .done(result))
    #expect(try store.epochs(of: id).first?.validation == epoch.validation)
    #expect(try store.run(id)?.summary.headline == result.test?.headline)
    for (index, figure) in HeadlineFigure.allCases.enumerated() {
      let test = try lines(
        folder.path(of: "results.sqlite"), "SELECT \(figure.stored.testColumn) FROM run")
      #expect(test == ["\(Double(index + 1) / 64)"], "\(figure.rawValue)")
      let validation = try lines(
        folder.path(of: "results.sqlite"), "SELECT \(figure.stored.validationColumn) FROM epoch")
      #expect(validation == ["\(Double(index + 1) / 32)"], "\(figure.rawValue)")
    }
  }
}
