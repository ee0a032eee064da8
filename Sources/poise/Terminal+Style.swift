import Foundation
import Reports

extension Terminal {
  /// How text is drawn: as wide as the terminal, in colour only there.
  static func style(toFile: Bool = false) -> TextStyle {
    let locale = ProcessInfo.processInfo.environment
    let charset = locale["LC_ALL"] ?? locale["LC_CTYPE"] ?? locale["LANG"] ?? "UTF-8"
    let isUnicode = charset.isEmpty || charset.uppercased().contains("UTF")
    var style = TextStyle(
      width: toFile ? 100 : width, unicode: toFile || isUnicode, colour: !toFile && usesColor)
    style.exactCSV = hasExactCSV
    return style
  }

  /// The variable of the environment that says for whom CSV is.
  private static let csvVariable = "COUNTERPOISE_CSV"

  /// Whether CSV is for a program that takes every text as it is, and not for a spreadsheet.
  static var hasExactCSV: Bool {
    ProcessInfo.processInfo.environment[csvVariable] == "exact"
  }

  /// Refuses a word that would be ignored: whoever wrote `Exact` expects another table.
  ///
  /// - Throws: `Failure` with the exit code of wrong usage; empty means the same as absent.
  static func checkCSV() throws(Failure) {
    guard let word = ProcessInfo.processInfo.environment[csvVariable],
      !["", "exact"].contains(word)
    else { return }
    throw Failure(
      "error: \(csvVariable) is '\(word)'; expected 'exact' (CSV has every text as it is), or nothing "
        + "(CSV is safe for spreadsheets)", code: Failure.wrongUsage)
  }
}
