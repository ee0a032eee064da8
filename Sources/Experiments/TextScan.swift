/// A look at a file's text before it is parsed, for what the parser would take long over or explain
/// badly: tabs in the indentation, complex keys, brackets nested without end.
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
  private var quote: Character?
  private var inComment = false
  private var inIndentation = true
  private var previous: Character = "\n"

  init(file: String, problems: ProblemList) {
    (self.file, self.problems) = (file, problems)
  }

  /// Scans to the end, or to the first thing that makes the rest pointless.
  mutating func run(over text: String) {
    var characters = text.makeIterator()
    var next = characters.next()
    while let character = next {
      next = characters.next()
      column += 1
      if character.isNewline {
        (line, column, inComment, inIndentation) = (line + 1, 0, false, true)
        previous = "\n"
        continue
      }
      guard step(character, next: next) else { return }
      if character != " ", character != "\t" { inIndentation = false }
      previous = character
    }
  }

  private mutating func step(_ character: Character, next: Character?) -> Bool {
    if inComment { return true }
    if let open = quote {
      // A backslash hides the next character in double quotes; '' inside single quotes closes and
      // opens again, which comes to the same.
      if open == "\"", previous == "\\" {
        previous = " "
        return true
      }
      if character == open { quote = nil }
      return true
    }
    let startsToken = previous.isWhitespace || "[{,:-?".contains(previous)
    switch character {
    case "#" where previous.isWhitespace: inComment = true
    case "\"" where startsToken, "'" where startsToken: quote = character
    case "\t" where inIndentation && next?.isNewline == false && next != "#":
      problems.add(place, "a tab in the indentation", hint: "indent with spaces")
      inIndentation = false
    case "?" where startsToken && next?.isWhitespace != false:
      problems.add(place, "a complex key ('? ')", hint: "keys are plain words: write 'key: value'")
      return false
    case "[", "{":
      depth += 1
      if depth > Self.bracketLimit {
        problems.add(place, "brackets nested more than \(Self.bracketLimit) levels deep")
        return false
      }
    case "]", "}": depth = max(0, depth - 1)
    default: break
    }
    return true
  }

  private var place: Place { Place(file: file, line: line, column: column) }
}
