import Foundation

/// Names that the code answers to and the documents list: environment variables and make targets.
enum Promises {
  /// Environment variables that a source reads.
  ///
  /// In Swift every subscript by a text in capitals counts, and every text that begins with our own
  /// prefix; in C `getenv`, in Python `os.environ`, in shell scripts an expansion with a default.
  static func variables(readBy source: String, named file: String) -> Set<String> {
    let patterns: [Regex<(Substring, Substring)>] =
      switch file.split(separator: ".").last {
      case "swift": [/\w\["([A-Z][A-Z0-9_]+)"\]/, /"(COUNTERPOISE_[A-Z0-9_]+)"/]
      case "c", "h": [/getenv\("([A-Z0-9_]+)"\)/]
      case "py": [/environ(?:\.get)?[\[(]"([A-Z0-9_]+)"/]
      default: [/\$\{([A-Z][A-Z0-9_]*):?-/, /\$\{?(COUNTERPOISE_[A-Z0-9_]+)/]
      }
    return Set(patterns.flatMap { source.matches(of: $0).map { String($0.1) } })
  }

  /// Targets of a makefile.
  static func targets(ofMakefile text: String) -> Set<String> {
    Set(text.matches(of: /(?m)^([a-z][a-z-]*):/).map { String($0.1) })
  }

  /// Targets that documents name in code, as `make …`.
  static func targets(namedIn documents: Documents) -> Set<String> {
    Set(
      documents.code.flatMap { _, code in
        code.matches(of: /(?m)(?:^|[^\w-])make ([a-z][a-z-]*)/).map { String($0.1) }
      })
  }

  /// What only one side has, one sentence each.
  static func differences(
    _ kind: String, inCode code: Set<String>, documented: Set<String>
  ) -> [String] {
    code.subtracting(documented).sorted().map { "\(kind) \($0) is not documented" }
      + documented.subtracting(code).sorted().map { "\(kind) \($0) is documented and not there" }
  }
}
