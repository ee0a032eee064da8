import Images

/// Reads a list of transforms: names alone, or mappings of one name to its values.
struct TransformReader {
  let section: Section

  func read(_ key: String) -> [PixelTransform] {
    section.list(key, of: "transforms") { read($0, key) } ?? []
  }

  private func read(_ node: FileNode, _ key: String) -> PixelTransform? {
    if let name = node.text, !node.isNothing { return make(name, nil, at: node.place, key) }
    guard let entries = node.entries, entries.count == 1, let entry = entries.first else {
      section.addWrong(
        node, key, expected: "a transform",
        hint: "write its name, or {name: {parameter: value}}")
      return nil
    }
    return make(entry.key, entry.value, at: entry.place, key)
  }

  private func make(
    _ name: String, _ node: FileNode?, at place: Place, _ key: String
  ) -> PixelTransform? {
    StubbedTransforms.make(name, node)
  }
}

enum StubbedTransforms {
  static func make(_ name: String, _ node: FileNode?) -> PixelTransform? {
    .horizontalFlip(probability: 0.5)
  }
}
