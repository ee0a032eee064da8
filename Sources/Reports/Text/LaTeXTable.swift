/// A table with the rules of booktabs.
struct LaTeXTable {
  /// `l` or `r` a column.
  let columns: String
  /// Lines between the top rule and the first rule, in LaTeX.
  let head: [String]
  /// In LaTeX: a row's cells, or a rule.
  var rows: [Row] = []
  /// In LaTeX.
  let caption: String
  /// Letters, digits, `-` and `:`.
  let label: String

  enum Row {
    case cells([String])
    case rule
    /// A line over all columns.
    case title(String)
  }

  /// Tables of more rows are broken over pages.
  private static let longest = 40

  private var isLong: Bool { rows.count > Self.longest }

  /// The table in a float of its own, or as a `longtable`; ends with a line end.
  var text: String {
    let body = rows.map(line)
    let title = "\\caption{\(caption)}\\label{\(label)}"
    let lines =
      isLong
      ? ["\\begin{longtable}{\(columns)}", title + "\\\\", "\\toprule"] + head
        + ["\\midrule", "\\endfirsthead", "\\toprule"] + head
        + ["\\midrule", "\\endhead", "\\bottomrule", "\\endfoot"] + body + ["\\end{longtable}"]
      : [
        "\\begin{table}[tb]", "\\centering", title, "\\smallskip", "\\begin{tabular}{\(columns)}",
        "\\toprule",
      ]
        + head + ["\\midrule"] + body + ["\\bottomrule", "\\end{tabular}", "\\end{table}"]
    return lines.joined(separator: "\n") + "\n"
  }

  /// Packages that it needs besides the class.
  var packages: [String] { isLong ? ["booktabs", "longtable"] : ["booktabs"] }

  private func line(_ row: Row) -> String {
    switch row {
    case .cells(let cells): cells.joined(separator: " & ") + " \\\\"
    case .rule: "\\midrule"
    case .title(let text): "\\multicolumn{\(columns.count)}{l}{\\emph{\(text)}} \\\\"
    }
  }
}
