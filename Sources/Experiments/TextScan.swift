/// A look at a file's text before it is parsed, for what the parser would take long over or explain
/// badly: tabs in the indentation, complex keys, brackets nested without end, endless lists.
///
/// The parser hashes every key of a mapping; a complex key (`? …`) may be as long as the file and as
/// deep as the parser goes, so it is refused here. Other keys end with their line.
struct TextScan {
  static let bracketLimit = 64
  let file: String
  let problems: ProblemList
  private var line = 1
  private var column = 0
  private var depth = 0
  private var commas = 0
  private var quote: Unicode.Scalar?
  private var inComment = false
  private var inIndentation = true
  private var previous: Unicode.Scalar = "\n"

  init(file: String, problems: ProblemList) {
    (self.file, self.problems) = (file, problems)
  }

  /// Scans to the end, or to the first thing that makes the rest pointless.
  mutating func run(over text: String) {
    var scalars = text.unicodeScalars.makeIterator()
    var next = scalars.next()
    while let scalar = next {
      next = scalars.next()
      column += 1
      if scalar == "\n" || scalar == "\r" && next != "\n" {
        (line, column, inComment, inIndentation) = (line + 1, 0, false, true)
        previous = "\n"
        continue
      }
      guard step(scalar, next: next) else { return }
      if scalar != " ", scalar != "\t" { inIndentation = false }
      previous = scalar
    }
  }

  private mutating func step(_ scalar: Unicode.Scalar, next: Unicode.Scalar?) -> Bool {
    if inComment { return true }
    if let open = quote {
      // A backslash hides the next character in double quotes; '' inside single quotes closes and
      // opens again, which comes to the same.
      if open == "\"", previous == "\\" {
        previous = " "
        return true
      }
      if scalar == open { quote = nil }
      return true
    }
    switch scalar {
    case "#" where isSpace(previous): inComment = true
    case "\"" where startsToken, "'" where startsToken: quote = scalar
    case "\t" where inIndentation && next.map { !isSpace($0) && $0 != "#" } ?? false:
      problems.add(place, "a tab in the indentation", hint: "indent with spaces")
    case "?" where startsToken && next.map(isSpace) ?? true:
      problems.add(place, "a complex key ('? ')", hint: "keys are plain words: write 'key: value'")
      return false
    case "[", "{":
      depth += 1
      if depth > Self.bracketLimit {
        problems.add(place, "brackets nested more than \(Self.bracketLimit) levels deep")
        return false
      }
    case "]", "}": depth = max(0, depth - 1)
    case "," where depth > 0:
      commas += 1
      if commas > FileLoader.nodeLimit {
        problems.add(place, "more than \(FileLoader.nodeLimit) values")
        return false
      }
    default: break
    }
    return true
  }

  private var startsToken: Bool {
    switch previous {
    case "[", "{", ",", ":", "-", "?": true
    default: isSpace(previous)
    }
  }

  private func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar == " " || scalar == "\t" || scalar == "\n" || scalar == "\r"
  }

  private var place: Place { Place(file: file, line: line, column: column) }
}
