import Files
import Foundation
import Yams

/// Turns one file's text into nodes, within limits that keep a hostile or broken file from costing
/// more than a moment.
///
/// Aliases are not left to the parser, which would expand them without limit. Every `*` becomes a
/// private character of the same width before parsing; no plain scalar of YAML can begin with `*`,
/// so a plain scalar that begins with that character is an alias, and everywhere else the character
/// is turned back. What is parsed is then never larger than the file.
struct FileLoader {
  static let byteLimit = 1_000_000
  static let nodeLimit = 100_000
  static let depthLimit = 32
  static let aliasLimit = 50
  private static let star: Character = "\u{E000}"

  let file: String
  let problems: ProblemList
  private var anchors: [String: FileNode] = [:]
  private var aliases = 0

  init(file: String, problems: ProblemList) {
    (self.file, self.problems) = (file, problems)
  }

  private struct Refused: Error {}

  /// The text of the file at `path`, or `nil` with a problem added.
  func text(at path: String, place: Place, purpose: String) -> String? {
    func refuse(_ message: String, hint: String? = nil, isMissing: Bool = false) -> String? {
      problems.add(place, purpose + message, hint: hint, isMissing: isMissing)
      return nil
    }
    switch FileKind(at: path) {
    case .regular: break
    case .folder: return refuse("the file cannot be read", hint: "is it a folder?")
    case let kind?: return refuse("the file cannot be read: \(kind.sentence)", hint: kind.advice)
    case nil:
      let exists = FileManager.default.fileExists(atPath: path)
      return refuse(
        exists ? "the file cannot be read" : "there is no such file", isMissing: !exists)
    }
    let bytes: [UInt8]
    do {
      bytes = try WholeFile.read(path: path, limit: Self.byteLimit)
    } catch {
      return error.code == nil
        ? refuse("the file is larger than 1 MB", hint: "is it an experiment file?")
        : refuse("the file cannot be read")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      return refuse("the file is not UTF-8 text", hint: "save it as UTF-8")
    }
    return text
  }

  /// The document's root, or `nil` with problems added.
  mutating func load(_ source: String) -> FileNode? {
    let text = source.first == "\u{FEFF}" ? String(source.dropFirst()) : source
    let before = problems.problems.count
    if text.contains(Self.star) {
      problems.add(Place(file: file), "the private character U+E000 is not supported")
      return nil
    }
    var scan = TextScan(file: file, problems: problems)
    scan.run(over: text)
    guard problems.problems.count == before else { return nil }
    do {
      let starless = text.replacing("*", with: String(Self.star))
      let parser = try Parser(yaml: starless, resolver: .basic)
      // Nodes refer to their anchors weakly; the parser owns them.
      defer { withExtendedLifetime(parser) {} }
      guard let root = try parser.singleRoot() else {
        problems.add(Place(file: file), "the file is empty", hint: "see Experiments/README.md")
        return nil
      }
      return try convert(root, depth: 1)
    } catch let error as YamlError {
      add(error)
    } catch {
      // `Refused`: the problem is already in the list.
    }
    return nil
  }

  private mutating func convert(_ node: Node, depth: Int) throws -> FileNode {
    let place = place(of: node)
    if depth > Self.depthLimit {
      throw refuse(place, "nested more than \(Self.depthLimit) levels deep")
    }
    let converted: FileNode
    switch node {
    case .scalar(let scalar):
      if scalar.style == .plain, scalar.string.first == Self.star {
        return try resolve(scalar.string.dropFirst(), at: place, depth: depth)
      }
      converted = FileNode(
        .scalar(text: unstarred(scalar.string), quoted: try isQuoted(scalar)),
        at: place)
    case .sequence(let sequence):
      try checkTag(sequence.tag, at: place)
      var nodes: [FileNode] = []
      for element in sequence { nodes.append(try convert(element, depth: depth + 1)) }
      converted = FileNode(.sequence(nodes), at: place)
    case .mapping(let mapping):
      try checkTag(mapping.tag, at: place)
      converted = FileNode(.mapping(try entries(of: mapping, depth: depth)), at: place)
    case .alias:
      preconditionFailure("no alias survives the replacement of '*'")
    }
    if converted.size > Self.nodeLimit {
      throw refuse(place, "more than \(Self.nodeLimit) values once aliases are expanded")
    }
    if let anchor = node.anchor { anchors[unstarred(anchor.rawValue)] = converted }
    return converted
  }

  private mutating func entries(
    of mapping: Node.Mapping, depth: Int
  ) throws -> [FileNode.Entry] {
    var entries: [FileNode.Entry] = []
    var places: [String: Place] = [:]
    for (keyNode, valueNode) in mapping {
      let key = try convert(keyNode, depth: depth + 1)
      guard let text = key.text else {
        throw refuse(key.place, "\(key.received) as a key", hint: "keys are plain words")
      }
      if text == "<<", keyNode.scalar?.style == .plain {
        throw refuse(
          key.place, "merge keys ('<<') are not supported",
          hint: "use 'extends', or an alias for a whole value")
      }
      if let first = places[text] {
        problems.add(
          key.place, "key '\(text)' stands twice in this mapping",
          hint: "the first is in line \(first.line ?? 0)")
      }
      places[text] = key.place
      let value = try convert(valueNode, depth: depth + 1)
      entries.append(FileNode.Entry(key: text, place: key.place, value: value))
    }
    return entries
  }

  private mutating func resolve(
    _ name: Substring, at place: Place, depth: Int
  ) throws -> FileNode {
    let isName = name.utf8.allSatisfy {
      ($0 >= 48 && $0 <= 57) || ($0 >= 65 && $0 <= 90) || ($0 >= 97 && $0 <= 122) || $0 == 95
        || $0 == 45
    }
    guard isName, !name.isEmpty else {
      let text = "*" + unstarred(String(name))
      throw refuse(
        place, "'\(text)' would be an alias", hint: "quote it if it is text: \"\(text)\"")
    }
    aliases += 1
    if aliases > Self.aliasLimit {
      throw refuse(place, "more than \(Self.aliasLimit) aliases", hint: "use 'extends'")
    }
    guard let node = anchors[String(name)] else {
      throw refuse(
        place, "alias '*\(name)' has no anchor '&\(name)' before it",
        hint: "quote it if it is text: \"*\(name)\"")
    }
    if depth + node.depth - 1 > Self.depthLimit {
      throw refuse(place, "nested more than \(Self.depthLimit) levels deep")
    }
    return node
  }

  private func isQuoted(_ scalar: Node.Scalar) throws -> Bool {
    if scalar.style != .plain { return true }
    if scalar.tag.rawValue == Tag.Name.str.rawValue { return true }
    try checkTag(
      scalar.tag, at: Place(file: file, line: scalar.mark?.line, column: scalar.mark?.column))
    return false
  }

  private func checkTag(_ tag: Tag, at place: Place) throws {
    // The parser resolves tags of keys, when it looks for duplicates.
    let usual: [Tag.Name] = [.implicit, .seq, .map]
    guard !usual.map(\.rawValue).contains(tag.rawValue) else { return }
    throw refuse(place, "the tag '\(tag.rawValue)' is not supported", hint: "remove it")
  }

  private func unstarred(_ text: String) -> String {
    text.replacing(String(Self.star), with: "*")
  }

  private func place(of node: Node) -> Place {
    Place(file: file, line: node.mark?.line, column: node.mark?.column)
  }

  private func refuse(_ place: Place, _ message: String, hint: String? = nil) -> Refused {
    problems.add(place, message, hint: hint)
    return Refused()
  }
}

extension FileLoader {
  /// Turns the parser's error into a problem with a place.
  private func add(_ error: YamlError) {
    switch error {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _):
      let context = context.map { " \($0.text) (line \($0.mark.line))" } ?? ""
      problems.add(
        Place(file: file, line: mark.line, column: mark.column),
        "not valid YAML:\(context) \(problem)",
        hint: problem.contains("mapping values are not allowed")
          ? "quote text that holds ': '" : "is a quote, bracket or colon missing?")
    case .composer(_, let problem, let mark, _):
      let another = problem.contains("another document")
      problems.add(
        Place(file: file, line: mark.line, column: mark.column),
        another ? "a second document" : "not valid YAML: \(problem)",
        hint: another ? "one file holds one experiment" : nil)
    case .duplicatedKeysInMapping(let names, let context):
      let names = names.map { "'\(unstarred($0))'" }.joined(separator: ", ")
      problems.add(
        Place(file: file, line: context.mark.line, column: context.mark.column),
        "key \(names) stands twice in one mapping", hint: "here is the first; keep one of them")
    case .reader(let problem, let offset, _, let yaml):
      let before = offset.map { yaml.prefix($0) } ?? ""
      let line = before.reduce(1) { $1.isNewline ? $0 + 1 : $0 }
      problems.add(
        Place(file: file, line: line), "not valid YAML: \(problem)",
        hint: "remove characters that cannot be printed")
    default:
      problems.add(Place(file: file), "not valid YAML: \(error)")
    }
  }
}
