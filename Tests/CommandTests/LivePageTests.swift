import Foundation
import TestSupport
import Testing

/// The page that a sweep keeps up to date.
@Suite struct LivePageTests {
  @Test func `a page is written beside the store, and ends without asking to be read again`() throws
  {
    let tiny = try TinyExperiment(strategies: ["baseline: {}", "sqrt-sampling: {}"], epochs: 1)
    let text = TinyExperiment.text(strategies: ["baseline: {}", "sqrt-sampling: {}"], epochs: 1)
    try tiny.folder.write(text + "report: {html: night.html}\n", to: "tiny.yaml")
    let sweep = try PoiseProcess.run("sweep", "tiny.yaml", in: tiny.path)
    #expect(sweep.status == 0, "\(sweep.standardError)")
    let page = try String(contentsOfFile: tiny.folder.path(of: "night.html"), encoding: .utf8)
    #expect(page.contains("4 of 4 runs done; the sweep has ended"))
    #expect(!page.contains("data-seconds=\""))
    #expect(page.contains("sqrt-sampling"))
    // The file's line changes no fingerprint: the runs are done for the file without it.
    try tiny.folder.write(text, to: "tiny.yaml")
    let again = try PoiseProcess.run("sweep", "tiny.yaml", in: tiny.path)
    #expect(again.standardError.contains("4 skipped"), "\(again.standardError)")
  }

  @Test func `a page that cannot be written is said once and stops nothing`() throws {
    let tiny = try TinyExperiment(strategies: ["baseline: {}"], epochs: 1)
    let sweep = try PoiseProcess.run(
      "sweep", "tiny.yaml", "--live", "nowhere/page.html", in: tiny.path)
    #expect(sweep.status == 0, "\(sweep.standardError)")
    let told = sweep.standardError.components(separatedBy: "cannot be written").count - 1
    #expect(told == 1, "\(sweep.standardError)")
  }

  @Test func `a page goes to a file, to a pipe, and to no terminal by mistake`() throws {
    let tiny = try TinyExperiment(strategies: ["baseline: {}"], epochs: 1)
    #expect(try PoiseProcess.run("sweep", "tiny.yaml", in: tiny.path).status == 0)
    let piped = try PoiseProcess.run("report", "--format", "html", in: tiny.path)
    #expect(piped.status == 0 && piped.standardOutput.hasPrefix("<!DOCTYPE html>"))
    let filed = try PoiseProcess.run(
      "report", "--format", "html", "-o", "r.html", in: tiny.path)
    #expect(filed.status == 0)
    let page = try String(contentsOfFile: tiny.folder.path(of: "r.html"), encoding: .utf8)
    #expect(page == piped.standardOutput)
    // No picture of the data goes out unasked.
    #expect(!page.contains("<img"))
    let sampled = try PoiseProcess.run(
      "report", "--format", "html", "--samples", "2", in: tiny.path)
    #expect(sampled.status == 0, "\(sampled.standardError)")
    let images = sampled.standardOutput.components(
      separatedBy: "<img src=\"data:image/png;base64,"
    ).count
    #expect(images - 1 == 2 * 4)
    let wrong = try PoiseProcess.run("report", "--samples", "2", in: tiny.path)
    #expect(wrong.status == 64 && wrong.standardError.contains("only --format html"))
    let many = try PoiseProcess.run("report", "--format", "html", "--samples", "99", in: tiny.path)
    #expect(many.status == 64 && many.standardError.contains("from 1 to 16"))
    try SyntheticImages(trainCounts: [50, 30, 12, 6], testCounts: [8, 8, 8, 8])
      .write(to: tiny.path)
    let changed = try PoiseProcess.run(
      "report", "--format", "html", "--samples", "2", in: tiny.path)
    #expect(changed.status == 66, "\(changed.standardError)")
    #expect(changed.standardError.contains("are not those that the runs on stripes saw"))
  }

  @Test func `filters name what they do not find, and a filtered report says so`() throws {
    let tiny = try TinyExperiment(strategies: ["baseline: {}", "sqrt-sampling: {}"], epochs: 1)
    #expect(try PoiseProcess.run("sweep", "tiny.yaml", in: tiny.path).status == 0)
    let wrong = try PoiseProcess.run("report", "--strategies", "sqrt-samplin", in: tiny.path)
    #expect(wrong.status == 66 && wrong.standardError.contains("did you mean 'sqrt-sampling'?"))
    let none = try PoiseProcess.run("report", "--classes", "x*", in: tiny.path)
    #expect(none.status == 66 && none.standardError.contains("--classes x*"))
    let part = try PoiseProcess.run("report", "--strategies", "base*", in: tiny.path)
    #expect(part.standardOutput.contains("Shown are 1 of 2 strategies"))
    #expect(!part.standardOutput.contains("sqrt-sampling"))
    let column = try PoiseProcess.run("report", "--columns", "acuracy", in: tiny.path)
    #expect(column.status == 64 && column.standardError.contains("did you mean 'accuracy'?"))
    let summary = try PoiseProcess.run("report", "--top", "1", in: tiny.path)
    #expect(
      summary.status == 0 && summary.standardOutput.contains("and 1 more: --top 0")
        || summary.standardOutput.contains("baseline"))
  }
}
