import Reports
import Results
import Testing

@Suite("LaTeX")
struct LaTeXTests {
  @Test("marks the best and the second of each column, and has a line a strategy")
  func strategies() throws {
    let comparison = try Comparison(SampleRuns.night, baseline: "baseline")
    let text = LaTeXReport(subject: .strategy).render(comparison)
    #expect(text.hasPrefix("% \\usepackage[T1]{fontenc}"))
    for line in ["\\toprule", "\\midrule", "\\bottomrule", "\\begin{table}", "\\end{table}"] {
      #expect(text.contains(line + "\n") || text.contains(line + "[tb]\n"))
    }
    for strategy in ["baseline", "oversampling", "augmentation", "combined"] {
      #expect(text.contains("\n\(strategy)"))
    }
    #expect(text.contains("\\textbf{") && text.contains("\\underline{"))
    #expect(Self.isBalanced(text))
  }

  @Test("escapes what LaTeX would take for a command, whatever classes are called")
  func hostileNames() throws {
    let names = [
      "50% & more", "a_b$c#d", "{x}\\y", "~^", "--", "\"quoted\" 'it' `s`", "<b>|", "line\nbreak",
      "größe", "靴",
    ]
    let text = LaTeXReport(subject: .class).render(try Self.comparison(names))
    for escaped in [
      "50\\% \\& more", "a\\_b\\$c\\#d", "\\{x\\}\\textbackslash{}y",
      "\\textasciitilde{}\\textasciicircum{}", "-{}-",
      "\\textquotedbl{}quoted\\textquotedbl{} \\textquotesingle{}it\\textquotesingle{} "
        + "\\textasciigrave{}s\\textasciigrave{}",
      "\\textless{}b\\textgreater{}\\textbar{}", "line break", "größe",
    ] {
      #expect(text.contains("\n\(escaped) & "), "\(escaped)")
    }
    // pdflatex does not know the last one: the file says so.
    #expect(text.contains("% pdflatex has no letters for 靴"))
    #expect(Self.isBalanced(text))
  }

  @Test("equal figures share their rank, and one figure alone has none")
  func ranks() throws {
    let hits = [38, 36, 16, 12, 3, 0]
    let runs = ["baseline", "weights"].map { SampleRuns.done($0, seed: 1, hits: hits) }
    let text = LaTeXReport(subject: .class).render(try Comparison(runs, baseline: "baseline"))
    #expect(!text.contains("\\textbf") && !text.contains("\\underline"))
  }

  @Test("more rows than a page holds are a longtable, which names its package")
  func long() throws {
    let names = (0..<45).map { "class \($0)" }
    let text = LaTeXReport(subject: .class).render(try Self.comparison(names))
    #expect(text.contains("\\begin{longtable}") && text.contains("\\endfirsthead"))
    #expect(text.contains("\\usepackage{longtable}"))
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("class ") }
    #expect(rows.count == 45)
    #expect(Set(rows.map { $0.count { $0 == "&" } }).count == 1)
  }

  /// Two strategies on classes of these names.
  private static func comparison(_ names: [String]) throws -> Comparison {
    let runs = WritingTests.wide(strategies: 2, classes: names.count, seeds: 2).map { run in
      var run = run
      for place in names.indices { run.classRecords[place].name = names[place] }
      return run
    }
    return try Comparison(runs, baseline: "strategy-with-a-name-0")
  }

  /// Whether braces outside of escapes, and environments, are closed.
  private static func isBalanced(_ text: String) -> Bool {
    var depth = 0
    let bare = text.replacing("\\\\", with: "").replacing("\\{", with: "").replacing(
      "\\}", with: "")
    for character in bare {
      if character == "{" { depth += 1 }
      if character == "}" { depth -= 1 }
      if depth < 0 { return false }
    }
    let begins = text.matches(of: /\\begin\{/).count
    return depth == 0 && begins == text.matches(of: /\\end\{/).count
  }
}
