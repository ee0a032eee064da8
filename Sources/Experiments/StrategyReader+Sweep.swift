/// The settings of a strategy that vary: `grid`, `zip`, and `overrides`.
extension StrategyReader {
  /// Every row of settings: the product of the grid, for each row of the zip. One empty row where
  /// nothing is swept; `nil` where something is wrong.
  func variants(in section: SectionReader, parameterKeys: [String]) -> [[Setting]]? {
    let grid = axes("grid", in: section, parameterKeys: parameterKeys)
    let zip = axes("zip", in: section, parameterKeys: parameterKeys)
    guard let grid, let zip else { return nil }
    for axis in zip where grid.contains(where: { $0.key == axis.key }) {
      section.add("zip", "'\(axis.key)' is also in 'grid'")
      return nil
    }
    let length = zip.first?.values.count ?? 1
    for axis in zip where axis.values.count != length {
      problems.add(
        axis.place,
        "\(section.path("zip")): '\(axis.key)' lists \(axis.values.count), "
          + "'\(zip[0].key)' lists \(length)", hint: "all lists of a zip are equally long")
      return nil
    }
    var count = length
    for axis in grid {
      count *= axis.values.count
      if count > Self.variantLimit {
        section.add("grid", "more than \(Self.variantLimit) variants")
        return nil
      }
    }
    var rows: [[Setting]] = [[]]
    for axis in grid {
      rows = rows.flatMap { row in axis.values.map { row + [(axis.key, $0)] } }
    }
    guard !zip.isEmpty else { return rows }
    return rows.flatMap { row in
      (0..<length).map { index in row + zip.map { ($0.key, $0.values[index]) } }
    }
  }

  private struct Axis {
    var key: String
    var place: Place
    var values: [FileNode]
  }

  private func axes(_ key: String, in section: SectionReader, parameterKeys: [String]) -> [Axis]? {
    guard let node = section.node(key) else { return [] }
    guard let entries = node.entries else {
      section.addWrong(
        node, key, expected: "a mapping of lists",
        hint: "write for example '\(key): {beta: [0.9, 0.99]}'")
      return nil
    }
    var axes: [Axis] = []
    var isUsable = true
    for entry in entries {
      let name = "\(section.path(key)).\(entry.key)"
      if entry.key.contains(".") {
        isUsable = checkOverride(entry.key, at: entry.place, in: section.path(key)) && isUsable
      } else if !parameterKeys.contains(entry.key) {
        problems.add(
          entry.place, "unknown key '\(entry.key)' in \(section.path(key))",
          hint: Suggestion.text(for: entry.key, among: parameterKeys, called: "keys"))
        isUsable = false
      } else if section.node(entry.key) != nil {
        problems.add(
          entry.place, "\(name): '\(entry.key)' also has one value",
          hint: "remove it here or in \(section.name)")
        isUsable = false
      }
      guard let values = entry.value.elements, !values.isEmpty else {
        let received = entry.value.elements == nil ? entry.value.received : "an empty list"
        problems.add(
          entry.value.place, "\(name): received \(received), expected a list of values",
          hint: "write [a, b]")
        isUsable = false
        continue
      }
      axes.append(Axis(key: entry.key, place: entry.place, values: values))
    }
    return isUsable ? axes : nil
  }

  /// `overrides` as dotted keys; nested mappings are flattened.
  func overrides(in section: SectionReader) -> [Setting] {
    guard let node = section.node("overrides") else { return [] }
    guard node.entries != nil else {
      section.addWrong(
        node, "overrides", expected: "a mapping",
        hint: "write for example 'overrides: {training.batch: 32}'")
      return []
    }
    var settings: [Setting] = []
    collect(node, prefix: "", into: &settings, owner: section.path("overrides"))
    return settings
  }

  private func collect(
    _ node: FileNode, prefix: String, into settings: inout [Setting], owner: String
  ) {
    for entry in node.entries ?? [] {
      let key = prefix + entry.key
      if let inner = entry.value.entries, !inner.isEmpty {
        collect(entry.value, prefix: key + ".", into: &settings, owner: owner)
      } else if checkOverride(key, at: entry.place, in: owner) {
        settings.append((key, entry.value))
      }
    }
  }

  /// Whether a dotted key may differ between strategies.
  private func checkOverride(_ key: String, at place: Place, in owner: String) -> Bool {
    if ["training.epochs", "training.images"].contains(key) {
      problems.add(
        place, "\(owner): '\(key)' cannot differ between strategies",
        hint: "every strategy sees as many images, or the longer trained one wins")
      return false
    }
    let parts = key.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count >= 2, ["model", "training"].contains(parts[0]),
      parts.allSatisfy({ !$0.isEmpty })
    else {
      problems.add(
        place, "\(owner): '\(key)' is no key of model or training",
        hint: "write for example 'training.batch' or 'model.stem'")
      return false
    }
    return true
  }
}
