/// What of a label matters when two are nearly equal.
enum LabelForm {
  /// Groups of labels that are nearly equal, each with its most frequent spelling first (ties by
  /// bytes), the groups in the order of those.
  static func groups(of counts: [String: Int]) -> [[String]] {
    let labels = counts.keys.sorted(by: Wording.precedes)
    var leader = Array(labels.indices)
    func root(_ index: Int) -> Int {
      var index = index
      while leader[index] != index { index = leader[index] }
      return index
    }
    var owners: [String: Int] = [:]
    for (index, label) in labels.enumerated() {
      for form in Set([form(of: label), form(of: withoutLookAlikes(label))]) {
        if let owner = owners[form] {
          let (first, second) = (root(owner), root(index))
          leader[max(first, second)] = min(first, second)
        } else {
          owners[form] = index
        }
      }
    }
    return Dictionary(grouping: labels.indices, by: root).values.filter { $0.count > 1 }
      .map { group in
        group.map { labels[$0] }.sorted {
          let (first, second) = (counts[$0] ?? 0, counts[$1] ?? 0)
          return first != second ? first > second : Wording.precedes($0, $1)
        }
      }
      .sorted { Wording.precedes($0[0], $1[0]) }
  }

  /// Two labels of one form are nearly equal: capitals, kinds and numbers of blanks, hyphens and
  /// underscores between letters, invisible characters, full-width letters, curly quotes, and the
  /// ways of writing a number make no difference.
  static func form(of label: String) -> String {
    var scalars: [Unicode.Scalar] = []
    for scalar in label.unicodeScalars where !isInvisible(scalar) {
      scalars.append(scalar.properties.isWhitespace ? " " : plain(scalar))
    }
    var text = ""
    for (index, scalar) in scalars.enumerated() {
      let isJoint = isHyphen(scalar) && isWord(scalars, index - 1) && isWord(scalars, index + 1)
      let isBlank = scalar == " " || isJoint
      if isBlank, text.isEmpty || text.hasSuffix(" ") { continue }
      text += isBlank ? " " : scalar.properties.lowercaseMapping
    }
    if text.hasSuffix(" ") { text.removeLast() }
    return number(text) ?? text
  }

  /// Labels with their counts, such as `'Boot' (21), 'BOOT' (5)`; characters that cannot be seen are
  /// shown by number.
  static func list(_ labels: [String], counts: [String: Int]) -> String {
    let shown = labels.prefix(6).map { "'\(visible($0))' (\(counts[$0] ?? 0))" }
    let rest = labels.count > 6 ? " and \(labels.count - 6) more" : ""
    return shown.joined(separator: ", ") + rest
  }

  /// A label with blanks but the usual one, invisible characters and look-alikes shown by number.
  static func visible(_ label: String) -> String {
    var text = ""
    let isMixed = label.unicodeScalars.contains { $0.isASCII && $0.properties.isAlphabetic }
    for scalar in label.unicodeScalars {
      let isOddBlank = scalar.properties.isWhitespace && scalar != " "
      let isLookAlike = isMixed && lookAlikes[scalar] != nil
      text +=
        isOddBlank || isInvisible(scalar) || isLookAlike
        ? "\\u{\(String(scalar.value, radix: 16, uppercase: true))}" : String(scalar)
    }
    return text
  }

  private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0xAD, 0x34F, 0x61C, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x2064, 0x2066...0x206F,
      0xFE00...0xFE0F, 0xFEFF:
      true
    default: scalar.value < 0x20 && !scalar.properties.isWhitespace || scalar.value == 0x7F
    }
  }

  /// Full-width characters and typographic quotes as on a keyboard.
  private static func plain(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar.value {
    case 0xFF01...0xFF5E: Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar
    case 0x2018, 0x2019, 0xB4, 0x60: "'"
    case 0x201C, 0x201D: "\""
    default: scalar
    }
  }

  private static func isHyphen(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || scalar == "-" || (0x2010...0x2015).contains(scalar.value)
      || scalar.value == 0x2212
  }

  private static func isWord(_ scalars: [Unicode.Scalar], _ index: Int) -> Bool {
    scalars.indices.contains(index)
      && (scalars[index].properties.isAlphabetic || scalars[index].properties.numericType != nil)
  }

  /// `01`, `1.0` and `+1` as `1`; `nil` where the text is no plain number.
  private static func number(_ text: String) -> String? {
    let sign = text.hasPrefix("-") ? "-" : ""
    let digits = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
    let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
    guard let whole = parts.first, !whole.isEmpty, parts.count <= 2,
      parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } })
    else { return nil }
    let head = whole.drop { $0 == "0" }
    var tail = parts.count == 2 ? String(parts[1]) : ""
    while tail.hasSuffix("0") { tail.removeLast() }
    return sign + (head.isEmpty ? "0" : head) + (tail.isEmpty ? "" : ".\(tail)")
  }

  private static func withoutLookAlikes(_ label: String) -> String {
    var text = String.UnicodeScalarView()
    for scalar in label.unicodeScalars { text.append(lookAlikes[scalar] ?? scalar) }
    return String(text)
  }

  /// Cyrillic and Greek letters that look like Latin ones (Unicode TR 39, confusables).
  private static let lookAlikes: [Unicode.Scalar: Unicode.Scalar] = {
    let pairs: [(String, String)] = [
      ("АВЕЅІЈКМНОРСТУХ", "ABESIJKMHOPCTYX"), ("аеѕіјорсух", "aesijopcyx"),
      ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"), ("ο", "o"),
    ]
    var table: [Unicode.Scalar: Unicode.Scalar] = [:]
    for (others, latin) in pairs {
      for (other, letter) in zip(others.unicodeScalars, latin.unicodeScalars) {
        table[other] = letter
      }
    }
    return table
  }()
}
