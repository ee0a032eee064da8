/// How a file extends another, and how `--set` and `overrides` change one key.
///
/// Mappings are merged key by key; everything else, lists too, is replaced. Keys that exclude each
/// other give way: a file that says `images` drops the `epochs` of the file it extends.
extension FileNode {
  /// Pairs of keys of which the newer drives out the older, by section.
  private static let rivals: [String: [[String]]] = [
    "training": [["epochs"], ["images"]],
    "image": [["size"], ["height", "width"]],
    "dataset.classes": [["top"], ["remaining"]],
    "split": [["test"], ["folds"]],
    "split.test": [["train"], ["test"]],
  ]
  private static let formatKeys: Set<String> = [
    "file", "id", "label", "text", "image", "separator", "columns", "comment", "encoding",
    "train_list", "validation_list", "test_list", "train_images", "train_labels", "test_images",
    "test_labels", "class_names",
  ]

  /// This value over an older one at the same path.
  func merged(over base: FileNode, at path: [String] = []) -> FileNode {
    guard let newer = entries, let older = base.entries else { return self }
    let section = path.joined(separator: ".")
    if section == "split.test", (self["lists"] == nil) != (base["lists"] == nil) { return self }
    if path.count == 2, path[0] == "strategies", let name = self["strategy"],
      name.text != (base["strategy"]?.text ?? path[1])
    {
      return self
    }
    var dropped: Set<String> = []
    for group in Self.rivals[section] ?? [] where newer.contains(where: { group.contains($0.key) })
    {
      for other in Self.rivals[section] ?? [] where other != group { dropped.formUnion(other) }
    }
    if section == "dataset", let format = self["format"], format.text != base["format"]?.text {
      dropped.formUnion(Self.formatKeys)
    }
    var result = older.filter { !dropped.contains($0.key) }
    for entry in newer {
      if let index = result.firstIndex(where: { $0.key == entry.key }) {
        let value = entry.value.merged(over: result[index].value, at: path + [entry.key])
        result[index] = Entry(key: entry.key, place: entry.place, value: value)
      } else {
        result.append(entry)
      }
    }
    return FileNode(.mapping(result), at: place)
  }

  /// Mappings around this value, one a key, all at one place: `a.b` and 3 become `{a: {b: 3}}`.
  func wrapped(in path: some BidirectionalCollection<String>, at place: Place) -> FileNode {
    path.reversed().reduce(self) { value, key in
      FileNode(.mapping([Entry(key: key, place: place, value: value)]), at: place)
    }
  }

  /// The same value, said to stand somewhere else.
  func moved(to place: Place) -> FileNode {
    switch content {
    case .scalar: FileNode(content, at: place)
    case .sequence(let nodes): FileNode(.sequence(nodes.map { $0.moved(to: place) }), at: place)
    case .mapping(let entries):
      FileNode(
        .mapping(
          entries.map { Entry(key: $0.key, place: place, value: $0.value.moved(to: place)) }),
        at: place)
    }
  }

  /// The mapping without these keys.
  func removing(_ keys: Set<String>) -> FileNode {
    guard let entries else { return self }
    return FileNode(.mapping(entries.filter { !keys.contains($0.key) }), at: place)
  }
}
