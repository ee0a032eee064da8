import Images

/// Reads a list of transforms: names alone, or mappings of one name to its values.
struct TransformReader {
  let section: SectionReader

  func read(_ key: String) -> [PixelTransform] {
    section.list(key, of: "transforms") { read($0, key) } ?? []
  }

  private func read(_ node: FileNode, _ key: String) -> PixelTransform? {
    if let name = node.text, !node.isNothing { return make(name, nil, at: node.place) }
    guard let entries = node.entries, entries.count == 1, let entry = entries.first else {
      section.addWrong(
        node, key, expected: "a transform", hint: "write its name, or {name: {parameter: value}}")
      return nil
    }
    return make(entry.key, entry.value, at: entry.place)
  }

  private func make(_ name: String, _ node: FileNode?, at place: Place) -> PixelTransform? {
    guard let parameters = PixelTransform.parameters(of: name) else {
      section.problems.add(
        place, "no transform is named '\(name)'",
        hint: Suggestion.text(for: name, among: PixelTransform.names, called: "transforms"))
      return nil
    }
    let keys = parameters.map { FileKey($0.key, "number", "\($0.default)", $0.meaning) }
    let inner = SectionReader(
      node, FileSection(name, keys), at: place, problems: section.problems)
    var values: [String: Double] = [:]
    for parameter in parameters {
      let range = parameter.range
      let expected = "a number \(Self.text(range))"
      values[parameter.key] = inner.number(parameter.key, expected: expected) { range.contains($0) }
    }
    do {
      return try PixelTransform(name: name, values: values)
    } catch {
      let at = error.key.flatMap { inner.node($0)?.place } ?? place
      section.problems.add(at, error.description)
      return nil
    }
  }

  static func text(_ range: ClosedRange<Double>) -> String {
    "from \(short(range.lowerBound)) to \(short(range.upperBound))"
  }

  static func short(_ value: Double) -> String {
    if value == value.rounded(), abs(value) < 1e15 { return "\(Int(value))" }
    return "\((value * 1000).rounded() / 1000)"
  }
}

extension FileSection {
  /// The transforms that `augmentation`, and strategies that augment, can name.
  static let transforms = FileSection(
    "augmentation[]",
    PixelTransform.names.map { name in
      let parameters = PixelTransform.parameters(of: name) ?? []
      let usual = parameters.map { "\($0.key): \(TransformReader.short($0.default))" }
      let meanings = parameters.map {
        "`\($0.key)` \(TransformReader.text($0.range)): \($0.meaning)"
      }
      return FileKey(
        name, "mapping", "`{\(usual.joined(separator: ", "))}`", meanings.joined(separator: "; "))
    })
}
