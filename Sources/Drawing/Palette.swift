/// The colours of pages and pictures, chosen so that they are told apart by people who do not see red
/// or green, and always joined by a second sign: blue is better, orange is worse.
public enum Palette {
  /// A named colour: in a page the custom property `--name`, light and dark.
  public struct Colour: Hashable, Sendable {
    public let name: String
    public let light: String
    public let dark: String
  }

  /// Every colour by its name.
  public static let colours: [Colour] = [
    Colour(name: "bg", light: "#fcfcfa", dark: "#14171a"),
    Colour(name: "text", light: "#1b1d20", dark: "#e6e7e4"),
    Colour(name: "muted", light: "#5d636b", dark: "#a2a8ae"),
    Colour(name: "faint", light: "#6d737a", dark: "#8b9299"),
    Colour(name: "rule", light: "#dcdeda", dark: "#31363b"),
    Colour(name: "grid", light: "#e9eae6", dark: "#24292d"),
    Colour(name: "zero", light: "#9aa0a6", dark: "#6b7279"),
    Colour(name: "panel", light: "#f4f4f0", dark: "#1b1f23"),
    Colour(name: "better", light: "#14609f", dark: "#76b5ea"),
    Colour(name: "u1", light: "#dcebf7", dark: "#16303f"),
    Colour(name: "u2", light: "#abcfea", dark: "#1c4b70"),
    Colour(name: "u3", light: "#2b77b5", dark: "#2f7ab8"),
    Colour(name: "u4", light: "#0e4377", dark: "#86c0f0"),
    Colour(name: "worse", light: "#b04d06", dark: "#f2a25c"),
    Colour(name: "d1", light: "#fde6d2", dark: "#3a2614"),
    Colour(name: "d2", light: "#f8c08d", dark: "#66390f"),
    Colour(name: "d3", light: "#b85608", dark: "#ad5f1c"),
    Colour(name: "d4", light: "#7f3300", dark: "#f5ad6b"),
    Colour(name: "s1", light: "#e4e8ec", dark: "#232a30"),
    Colour(name: "s2", light: "#bcc8d3", dark: "#34434f"),
    Colour(name: "s3", light: "#8498ab", dark: "#4a6573"),
    Colour(name: "s4", light: "#4b667f", dark: "#85a6b8"),
    Colour(name: "s5", light: "#1d3549", dark: "#d3e4ee"),
  ]

  /// Declarations of all custom properties for a style sheet, such as `--bg:#fcfcfa;`.
  public static func properties(dark: Bool) -> String {
    colours.map { "--\($0.name):\(dark ? $0.dark : $0.light);" }.joined()
  }

  /// Rules that pages and files share: classes for marks, lines and text of pictures.
  ///
  /// | class | is |
  /// |---|---|
  /// | `t` `tm` `tf` | text: plain, muted, faint; `te` ends at its position, `tc` is centred on it |
  /// | `ax` `gr` `ze` | lines: axis, grid, zero or baseline |
  /// | `be` `wo` `ne` | fill: better, worse, neither |
  /// | `lbe` `lwo` `lne` `lba` | line: better, worse, neither, baseline |
  /// | `tb` `lb` `lt` | text in the colour of what lies behind; a line in that colour; one in that of text |
  /// | `u1`–`u4` `d1`–`d4` `s1`–`s5` | fill: steps of better, of worse, of a share |
  public static let rules: String = {
    var rules = """
      text{font:11px Inter,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans","Liberation Sans",Arial,\
      sans-serif;font-variant-numeric:tabular-nums}\
      .t{fill:var(--text)}.tm{fill:var(--muted)}.tf{fill:var(--faint)}\
      .strong{font-weight:600}.te{text-anchor:end}.tc{text-anchor:middle}\
      .ax{stroke:var(--rule);fill:none}.gr{stroke:var(--grid);fill:none}\
      .ze{stroke:var(--zero);fill:none}\
      .be{fill:var(--better)}.wo{fill:var(--worse)}.ne{fill:var(--muted)}\
      .lbe{stroke:var(--better);fill:none}.lwo{stroke:var(--worse);fill:none}\
      .lne{stroke:var(--muted);fill:none}.lba{stroke:var(--zero);fill:none}\
      .tb{fill:var(--bg)}.lb{stroke:var(--bg);fill:none}.lt{stroke:var(--text);fill:none}
      """
    for family in ["u1", "u2", "u3", "u4", "d1", "d2", "d3", "d4", "s1", "s2", "s3", "s4", "s5"] {
      rules += ".\(family){fill:var(--\(family))}"
    }
    return rules
  }()

  /// The style sheet of a picture that is a file of its own. Custom properties are written out, since
  /// many programs that draw SVG do not know them.
  public static let paper: String = {
    colours.reduce(rules) { $0.replacing("var(--\($1.name))", with: $1.light) }
  }()
}
