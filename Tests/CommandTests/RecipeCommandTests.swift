import Foundation
import TestSupport
import Testing

/// The commonest workflow: edit one key and run again, then the data grow.
@Suite struct RecipeCommandTests {
  private static let strategies = ["baseline: {}", "inverse-weights: {}"]

  @discardableResult
  private func poise(_ arguments: String..., in tiny: TinyExperiment) throws -> String {
    let result = try output(arguments, in: tiny)
    #expect(result.status == 0, "\(arguments): \(result.standardError)")
    return result.standardOutput
  }

  private func output(_ arguments: [String], in tiny: TinyExperiment) throws -> PoiseProcess.Output
  {
    let process = PoiseProcess(arguments, in: tiny.path)
    try process.start()
    return try process.finish()
  }

  private func flat(_ text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  @Test func `one key edited, then images added: nothing is mixed, and the report says so`() throws
  {
    let tiny = try TinyExperiment(strategies: Self.strategies, epochs: 1)
    try poise("sweep", "tiny.yaml", in: tiny)
    try tiny.folder.write(
      TinyExperiment.text(strategies: Self.strategies, epochs: 2), to: "tiny.yaml")
    try poise("sweep", "tiny.yaml", in: tiny)
    // Two seeds are two pairs, four classes have 8 test images each, whatever was run before.
    let pairs = "SELECT strategy, count(*) FROM v_pairs GROUP BY 1"
    let classes = """
      SELECT strategy, count(*), sum(support) FROM v_compare_class
      WHERE split = 'test' AND support > 0 GROUP BY sweep, strategy, variant
      """
    #expect(try tiny.query(pairs) == "inverse-weights|2\n")
    #expect(try tiny.query(classes) == "baseline|4|32\ninverse-weights|4|32\n")
    #expect(
      try tiny.query("SELECT count(*) FROM v_recipe_pairs GROUP BY recipe, strategy") == "2\n2\n")
    let report = flat(try poise("report", in: tiny))
    #expect(report.contains("4 older runs (training.epochs 1 → 2) set aside; --recipe lists them."))
    #expect(report.contains("runs 4, all done"))
    let list = flat(try poise("report", "--recipe", in: tiny))
    #expect(list.contains("(newest)") && list.contains("training.epochs 1 → 2"))

    try SyntheticImages(trainCounts: [64, 30, 12, 6], testCounts: [8, 8, 8, 8])
      .write(to: tiny.path)
    try poise("sweep", "tiny.yaml", in: tiny)
    #expect(try tiny.query(pairs) == "inverse-weights|2\n")
    let grown = flat(try poise("report", in: tiny))
    #expect(grown.contains("4 older runs (data 140 → 144 images) set aside"))
    #expect(
      grown.contains("4 older runs (training.epochs 1 → 2, data 140 → 144 images) set aside"))
    // One valid document, whatever is shown.
    let json = try poise("report", "--recipe", "all", "--format", "json", in: tiny)
    let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    #expect((object?["comparisons"] as? [Any])?.count == 3)
    let csv = try poise("report", "--recipe", "all", "--format", "csv", in: tiny)
    #expect(csv.split(separator: "\r\n").count == 7)
  }

  @Test func `runs are labelled, archived and removed, and a removed run comes back`() throws {
    let tiny = try TinyExperiment(strategies: Self.strategies, epochs: 1)
    let text = TinyExperiment.text(strategies: Self.strategies, epochs: 1)
    try tiny.folder.write(text + "tags: [night]\nnote: the first try\n", to: "tiny.yaml")
    try poise("sweep", "tiny.yaml", in: tiny)
    #expect(try tiny.query("SELECT count(*) FROM tag WHERE tag = 'night'") == "4\n")
    try poise("tag", "1", "baseline-s2", "final", "shown", in: tiny)
    try poise("note", "1", "the fan was loud", in: tiny)
    #expect(
      try poise("runs", "--tag", "final", "--format", "csv", in: tiny).contains("baseline-s2"))
    #expect(try poise("show", "1", in: tiny).contains("the fan was loud"))
    #expect(try output(["tag", "1", "two words"], in: tiny).status == 64)

    try poise("runs", "archive", "4", in: tiny)
    #expect(try tiny.query("SELECT count(*) FROM v_pairs") == "1\n")
    #expect(try poise("runs", "--format", "csv", in: tiny).split(separator: "\r\n").count == 4)
    #expect(flat(try poise("report", in: tiny)).contains("1 archived run left out"))
    let again = try output(["sweep", "tiny.yaml"], in: tiny)
    #expect(again.standardError.contains("4 of them finished"))
    try poise("runs", "archive", "4", "--undo", in: tiny)
    #expect(try tiny.query("SELECT count(*) FROM v_pairs") == "2\n")

    #expect(try output(["runs", "remove"], in: tiny).status == 64)
    #expect(try output(["runs", "remove", "99"], in: tiny).status == 66)
    #expect(
      try poise("runs", "remove", "--status", "done", in: tiny).contains("nothing is deleted"))
    #expect(try tiny.query("SELECT count(*) FROM run") == "4\n")
    let essence = try tiny.query(SweepCommandTests.essence)
    try poise("runs", "remove", "3", "4", "--yes", "--files", in: tiny)
    #expect(try tiny.query("SELECT count(*) FROM run") == "2\n")
    let folders = try FileManager.default.contentsOfDirectory(
      atPath: tiny.path + "/.poise/results/runs")
    #expect(folders.count == 2)
    try poise("sweep", "tiny.yaml", in: tiny)
    #expect(try tiny.query(SweepCommandTests.essence) == essence)
  }

  @Test func `a folder that another sweep's run rests on outlives a removed run`() throws {
    let tiny = try TinyExperiment(strategies: ["baseline: {}"], epochs: 1)
    try poise("sweep", "tiny.yaml", in: tiny)
    let text = TinyExperiment.text(strategies: ["baseline: {}"], epochs: 1)
    try tiny.folder.write(text.replacing("name: tiny", with: "name: other"), to: "other.yaml")
    try poise("sweep", "other.yaml", in: tiny)
    try poise("runs", "remove", "--sweep", "other", "--yes", "--files", in: tiny)
    #expect(try tiny.query("SELECT count(*) FROM run") == "2\n")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: tiny.path + "/.poise/results/runs").count
        == 2)
  }
}
