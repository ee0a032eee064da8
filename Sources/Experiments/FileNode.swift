import Results

/// A value of an experiment file that knows where it stands.
///
/// Yams' own nodes are left at the door: these carry the file's name, so that a value keeps its
/// place when files extend one another, and have their aliases resolved within a budget.
struct FileNode: Sendable {
  enum Content: Sendable {
    /// `quoted` text is text whatever it looks like.
    case scalar(text: String, quoted: Bool)
    case sequence([FileNode])
    case mapping([Entry])
  }
  struct Entry: Sendable {
    var key: String
    var place: Place
    var value: FileNode
  }
  var place: Place
  var content: Content
  /// Nodes in this tree, aliases counted as often as they are used.
  let size: Int
  /// Levels of this tree; 1 for a scalar.
  let depth: Int

  init(_ content: Content, at place: Place) {
    (self.content, self.place) = (content, place)
    switch content {
    case .scalar:
      (size, depth) = (1, 1)
    case .sequence(let nodes):
      size = nodes.reduce(1) { $0 + $1.size }
      depth = 1 + (nodes.lazy.map(\.depth).max() ?? 0)
    case .mapping(let entries):
      size = entries.reduce(1) { $0 + 1 + $1.value.size }
      depth = 1 + (entries.lazy.map(\.value.depth).max() ?? 0)
    }
  }

  /// The entries of a mapping, otherwise `nil`.
  var entries: [Entry]? {
    if case .mapping(let entries) = content { entries } else { nil }
  }

  /// The elements of a list, otherwise `nil`.
  var elements: [FileNode]? {
    if case .sequence(let nodes) = content { nodes } else { nil }
  }

  /// The text of a scalar, otherwise `nil`.
  var text: String? {
    if case .scalar(let text, _) = content { text } else { nil }
  }

  /// Whether this is an unquoted scalar with this text.
  func isPlain(_ text: String) -> Bool {
    if case .scalar(text, quoted: false) = content { true } else { false }
  }

  /// Whether nothing was written: an empty value, `~` or `null`.
  var isNothing: Bool { ["", "~", "null", "Null", "NULL"].contains { isPlain($0) } }

  subscript(key: String) -> FileNode? { entries?.first { $0.key == key }?.value }

  /// How messages name what was written.
  var received: String {
    switch content {
    case .scalar(let text, let quoted):
      if isNothing { return "nothing" }
      let short = text.count > 40 ? text.prefix(40) + "…" : text[...]
      return quoted ? "the text \"\(short)\"" : "'\(short)'"
    case .sequence: return "a list"
    case .mapping: return "a mapping"
    }
  }

  /// The value with the types of YAML 1.2's core schema. What only YAML 1.1 would take for
  /// something else than text (`no`, `010`, `1_000`, `1:30`) stays text.
  var json: JSONValue {
    switch content {
    case .scalar(let text, let quoted):
      if quoted { return .text(text) }
      if isNothing { return .null }
      if let value = Scalars.boolean(text) { return .bool(value) }
      if let value = Scalars.integer(text) { return .integer(value) }
      if let value = Scalars.number(text) { return .number(value) }
      return .text(text)
    case .sequence(let nodes): return .array(nodes.map(\.json))
    case .mapping(let entries):
      return .object(
        Dictionary(entries.map { ($0.key, $0.value.json) }, uniquingKeysWith: { first, _ in first })
      )
    }
  }

  /// The value in one line, as variants and run names show it.
  var shortText: String {
    switch content {
    case .scalar(let text, let quoted): quoted ? text : json.textOfNumber ?? text
    case .sequence(let nodes): "[" + nodes.map(\.shortText).joined(separator: ",") + "]"
    case .mapping(let entries):
      "{" + entries.map { "\($0.key):\($0.value.shortText)" }.joined(separator: ",") + "}"
    }
  }
}

extension JSONValue {
  fileprivate var textOfNumber: String? {
    switch self {
    case .integer, .number: try? CanonicalJSON.text(of: self)
    default: nil
    }
  }
}
