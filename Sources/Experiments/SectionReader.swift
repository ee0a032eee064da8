import Foundation

/// A mapping of the file, read key by key. Unknown keys are told at once; a value that cannot be
/// used is told and its default goes on, so that one reading finds everything.
struct SectionReader {
  /// In messages, such as `training.optimizer`; empty for the whole file.
  let name: String
  /// Where the mapping stands, or where it is missing.
  let place: Place
  let problems: ProblemList
  private var entries: [String: FileNode.Entry] = [:]

  /// Reads `node` as a mapping with the keys of a section; absent is the same as empty.
  init(
    _ node: FileNode?, _ section: FileSection, named name: String? = nil, at parent: Place,
    problems: ProblemList
  ) {
    self.name = name ?? section.name
    self.problems = problems
    place = node?.place ?? parent
    guard let node else { return }
    guard let listed = node.entries else {
      problems.add(
        node.place,
        "\(self.name.isEmpty ? "the file" : self.name): received \(node.received), "
          + "expected a mapping",
        hint: node.isNothing
          ? "write {} for all defaults" : "known keys: \(section.keyNames.joined(separator: ", "))")
      return
    }
    for entry in listed {
      entries[entry.key] = entry
      if !section.keyNames.contains(entry.key) { addUnknown(entry, known: section.keyNames) }
    }
  }

  /// Tells of a key that this section does not have.
  func addUnknown(_ entry: FileNode.Entry, known: [String]) {
    let owner = name.isEmpty ? "at the top level" : "in \(name)"
    problems.add(
      entry.place, "unknown key '\(entry.key)' \(owner)",
      hint: problems.isFull
        ? nil : Suggestion.text(for: entry.key, among: known, called: "keys"))
  }

  /// The value of a key, if it is there.
  func node(_ key: String) -> FileNode? { entries[key]?.value }

  /// Where a key stands, or else its section.
  func place(of key: String) -> Place { entries[key]?.place ?? place }

  /// The key in dotted form.
  func path(_ key: String) -> String { name.isEmpty ? key : "\(name).\(key)" }

  /// A section inside this one.
  func section(_ key: String, _ section: FileSection) -> SectionReader {
    SectionReader(node(key), section, named: path(key), at: place, problems: problems)
  }

  /// Tells that a required key is not there.
  func addMissing(_ key: String, example: String) {
    problems.add(place, "\(path(key)) is missing", hint: "write for example '\(key): \(example)'")
  }

  /// Tells what was received and what was expected.
  func addWrong(_ node: FileNode, _ key: String, expected: String, hint: String? = nil) {
    problems.add(
      node.place, "\(path(key)): received \(node.received), expected \(expected)", hint: hint)
  }

  /// Tells that two values do not go together.
  func add(_ key: String, _ message: String, hint: String? = nil, isMissing: Bool = false) {
    problems.add(
      node(key)?.place ?? place, "\(path(key)): \(message)", hint: hint, isMissing: isMissing)
  }
}

// Typed values. `expected` says type and range at once, as in "a whole number from 1 to 65536".
extension SectionReader {
  func text(_ key: String) -> String? {
    guard let node = node(key) else { return nil }
    return text(node, key, expected: "text")
  }

  func text(_ node: FileNode, _ key: String, expected: String) -> String? {
    guard let text = node.text, !node.isNothing, !text.isEmpty else {
      addWrong(node, key, expected: expected)
      return nil
    }
    return text
  }

  func number(
    _ key: String, default usual: Double, expected: String, where isValid: (Double) -> Bool
  ) -> Double {
    number(key, expected: expected, where: isValid) ?? usual
  }

  func number(_ key: String, expected: String, where isValid: (Double) -> Bool) -> Double? {
    guard let node = node(key) else { return nil }
    return number(node, key, expected: expected, where: isValid)
  }

  func number(
    _ node: FileNode, _ key: String, expected: String, where isValid: (Double) -> Bool
  ) -> Double? {
    if case .scalar(let text, false) = node.content, let value = Scalars.number(text) {
      if isValid(value) { return value }
      addWrong(node, key, expected: expected)
    } else {
      addWrong(node, key, expected: expected, hint: advice(for: node))
    }
    return nil
  }

  func integer(
    _ key: String, default usual: Int, expected: String, where isValid: (Int) -> Bool
  ) -> Int {
    integer(key, expected: expected, where: isValid) ?? usual
  }

  func integer(_ key: String, expected: String, where isValid: (Int) -> Bool) -> Int? {
    guard let node = node(key) else { return nil }
    return integer(node, key, expected: expected, where: isValid)
  }

  func integer(
    _ node: FileNode, _ key: String, expected: String, where isValid: (Int) -> Bool
  ) -> Int? {
    if case .scalar(let text, false) = node.content, let value = Scalars.integer(text) {
      if isValid(Int(value)) { return Int(value) }
      addWrong(node, key, expected: expected)
    } else {
      addWrong(node, key, expected: expected, hint: advice(for: node))
    }
    return nil
  }

  func boolean(_ key: String, default usual: Bool) -> Bool {
    guard let node = node(key) else { return usual }
    if case .scalar(let text, false) = node.content, let value = Scalars.boolean(text) {
      return value
    }
    let isQuoted = node.text.flatMap(Scalars.boolean) != nil
    addWrong(node, key, expected: "true or false", hint: isQuoted ? "remove the quotes" : nil)
    return usual
  }

  /// One of a set of words, under the spelling of the file.
  func choice<Value>(
    _ key: String, default usual: Value, among values: [(name: String, value: Value)]
  ) -> Value {
    guard let node = node(key) else { return usual }
    let names = values.map(\.name)
    guard let text = node.text, let match = values.first(where: { $0.name == text }) else {
      let near = node.text.flatMap { Suggestion.nearest(to: $0, among: names) }
      addWrong(
        node, key, expected: "one of \(names.joined(separator: ", "))",
        hint: near.map { "did you mean '\($0)'?" })
      return usual
    }
    return match.value
  }

  func choice<Value: RawRepresentable<String> & CaseIterable>(
    _ key: String, default usual: Value
  ) -> Value {
    choice(key, default: usual, among: Value.allCases.map { ($0.rawValue, $0) })
  }

  /// The elements of a list, each read by `read`, or `nil` where the key is absent or no list.
  func list<Element>(
    _ key: String, of expected: String, read: (FileNode) -> Element?
  ) -> [Element]? {
    guard let node = node(key) else { return nil }
    guard let elements = node.elements else {
      addWrong(node, key, expected: "a list of \(expected)", hint: "write [a, b, c]")
      return nil
    }
    return elements.compactMap(read)
  }

  /// A list of different texts. What looks like a switch or a number is text here.
  func texts(_ key: String, of expected: String) -> [String]? {
    var seen: Set<String> = []
    return list(key, of: expected) { node in
      guard let text = text(node, key, expected: "text in a list of \(expected)") else {
        return nil
      }
      if !seen.insert(text).inserted {
        problems.add(node.place, "\(path(key)): '\(text)' stands twice in this list")
      }
      return text
    }
  }

  /// A duration in seconds.
  func seconds(_ key: String) -> Double? {
    guard let node = node(key) else { return nil }
    if case .scalar(let text, _) = node.content, let value = Scalars.seconds(text), value > 0 {
      return value
    }
    addWrong(
      node, key, expected: "a duration above 0",
      hint: "write hours, minutes and seconds, such as 2h, 90m, 45s or 1h30m")
    return nil
  }

  private func advice(for node: FileNode) -> String? {
    guard case .scalar(let text, let quoted) = node.content else { return nil }
    return quoted && Scalars.number(text) != nil ? "remove the quotes" : Scalars.advice(for: text)
  }
}
