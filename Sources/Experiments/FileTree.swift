import Foundation
import Yams

/// Values on their way into an experiment file: what `FileNode` is on the way out.
indirect enum FileTree {
  /// A number, a switch or a word of the file's own, written as it stands.
  case word(String)
  /// Text, quoted where it could be taken for something else.
  case text(String)
  case list([FileTree])
  /// Keys in the order in which they are written.
  case mapping([(key: String, value: FileTree)])

  /// The shortest number that reads as this one; whole numbers without a point.
  static func number(_ value: Double) -> FileTree {
    .word(Int64(exactly: value).map { "\($0)" } ?? "\(value)")
  }

  /// Single precision, in its own shortest form.
  static func number(_ value: Float) -> FileTree { .word("\(value)") }

  static func number(_ value: Int) -> FileTree { .word("\(value)") }

  static func number(_ value: UInt64) -> FileTree { .word("\(value)") }

  static func flag(_ value: Bool) -> FileTree { .word("\(value)") }

  /// Keys whose values are there, in this order.
  static func section(_ entries: [(String, FileTree?)]) -> FileTree {
    .mapping(entries.compactMap { key, value in value.map { (key, $0) } })
  }

  /// A list of texts; `nil` where there is none.
  static func texts(_ texts: [String]?) -> FileTree? {
    texts.map { .list($0.map(FileTree.text)) }
  }

  /// The values of a file, with scalars as they were written.
  init(_ node: FileNode) {
    switch node.content {
    case .scalar(let text, let quoted): self = quoted ? .text(text) : .word(text)
    case .sequence(let nodes): self = .list(nodes.map(FileTree.init))
    case .mapping(let entries):
      self = .mapping(entries.map { ($0.key, FileTree($0.value)) })
    }
  }

  /// As YAML, one line a key; lists and mappings of scalars inside of lists stand in one line.
  func yaml() throws -> String {
    try Yams.serialize(node: node(inList: false), width: -1, allowUnicode: true)
  }

  private var isScalar: Bool {
    switch self {
    case .word, .text: true
    case .list, .mapping: false
    }
  }

  private func node(inList: Bool) -> Node {
    switch self {
    case .word(let word): return Node(word, Tag(.implicit), .plain)
    case .text(let text): return Node(text, Tag(.implicit), Self.style(of: text))
    case .list(let elements):
      let isFlat = inList || elements.allSatisfy(\.isScalar)
      return Node(elements.map { $0.node(inList: true) }, Tag(.implicit), isFlat ? .flow : .block)
    case .mapping(let entries):
      let pairs = entries.map {
        (Node($0.key, Tag(.implicit), Self.style(of: $0.key)), $0.value.node(inList: inList))
      }
      return Node(pairs, Tag(.implicit), inList || entries.isEmpty ? .flow : .block)
    }
  }

  /// Plain where every reader takes it for text.
  private static func style(of text: String) -> Node.Scalar.Style {
    let isPlain =
      text.utf8.allSatisfy { byte in
        let scalar = UnicodeScalar(byte)
        return scalar.properties.isAlphabetic && byte < 0x80 || (0x30...0x39).contains(byte)
          || [0x2D, 0x2E, 0x2F, 0x5F].contains(byte)
      } && text.first.map { $0.isLetter || $0 == "/" } == true
    let isWord = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"]
      .contains(text.lowercased())
    return isPlain && !isWord ? .plain : .doubleQuoted
  }
}
