import Foundation
import Results
import Strategies

/// One entry of `strategies`, expanded into its variants.
struct StrategyEntry {
  /// One point of the entry's grid.
  struct Variant {
    /// What was swept, in short: `power=0.25 cap=4`.
    var text: String
    /// Swept settings by key, for `exclude`.
    var swept: [String: JSONValue]
    var strategy: StrategyConfiguration
    /// Dotted keys of `model` and `training`, sorted, and the same as one mapping.
    var overrides: [String]
    var overridden: FileNode?
    /// Whether the classes' sizes may be undone more than once; `nil` where nothing is said.
    var allowsOvercompensation: Bool?
  }
  var label: String
  var place: Place
  /// The catalogue name.
  var name: String
  var variants: [Variant]
}

/// Reads one entry of `strategies`.
struct StrategyReader {
  static let reserved = ["strategy", "grid", "zip", "overrides", overcompensation]
  static let overcompensation = "allow_overcompensation"
  /// A grid beyond this is a slip.
  static let variantLimit = 1000
  /// Every strategy sees as many images, so these cannot differ.
  private static let budgetKeys: Set<String> = ["training.epochs", "training.images"]

  let label: String
  let node: FileNode
  let place: Place
  let problems: ProblemList

  private var path: String { "strategies.\(label)" }

  /// One value for one key: a hyper-parameter, or a dotted key of model or training.
  typealias Setting = (key: String, value: FileNode)

  /// The entry, or `nil` where it cannot be used.
  func read() -> StrategyEntry? {
    guard let name = name(), let type = StrategyCatalog.type(named: name) else { return nil }
    let parameterKeys = type.card.parameters.map(\.key)
    // `combined` has the key that accepts over-compensation among its own parameters.
    let reserved = Self.reserved.filter { !parameterKeys.contains($0) }
    let keys = reserved.map { FileKey($0, "", "", "") }
    let section = SectionReader(
      node, FileSection(path, parameterKeys.map { FileKey($0, "", "", "") } + keys), at: place,
      problems: problems)
    let parameters = node.removing(Set(reserved))
    let isKnown = (parameters.entries ?? []).allSatisfy { parameterKeys.contains($0.key) }
    let settings = variants(in: section, parameterKeys: parameterKeys)
    let fixed = overrides(in: section)
    let allows =
      reserved.contains(Self.overcompensation) && section.node(Self.overcompensation) != nil
      ? section.boolean(Self.overcompensation, default: false) : nil
    guard isKnown, let settings, node.entries != nil else { return nil }
    let variants = settings.compactMap { row in
      var variant = variant(row, name: name, parameters: parameters, fixed: fixed)
      variant?.allowsOvercompensation = allows == true ? true : nil
      return variant
    }
    return StrategyEntry(label: label, place: place, name: name, variants: variants)
  }

  /// The catalogue name: `strategy`, or `combined` where there are `parts`, or else the label.
  private func name() -> String? {
    let named = node["strategy"]
    if named == nil, node["parts"] != nil, StrategyCatalog.type(named: label) == nil {
      return Combined.name
    }
    if let named, named.text == nil || named.isNothing {
      problems.add(named.place, "\(path).strategy: received \(named.received), expected a name")
      return nil
    }
    let name = named?.text ?? label
    if StrategyCatalog.type(named: name) == nil {
      let hint = Suggestion.text(for: name, among: StrategyCatalog.names, called: "strategies")
      problems.add(
        named?.place ?? place, "no strategy is named '\(name)'",
        hint: named == nil ? "\(hint); a label of your own needs 'strategy: NAME'" : hint)
      return nil
    }
    return name
  }

  private func variant(
    _ row: [Setting], name: String, parameters: FileNode, fixed: [Setting]
  ) -> StrategyEntry.Variant? {
    var parameters = parameters
    var overrides = fixed
    for setting in row {
      if setting.key.contains(".") {
        overrides.removeAll { $0.key == setting.key }
        overrides.append(setting)
      } else {
        let one = setting.value.wrapped(in: [setting.key], at: setting.value.place)
        parameters = one.merged(over: parameters)
      }
    }
    guard let strategy = configuration(name, parameters) else { return nil }
    let overridden = overrides.reduce(FileNode?.none) { sum, setting in
      let keys = setting.key.split(separator: ".").map(String.init)
      let one = setting.value.wrapped(in: keys, at: setting.value.place)
      return sum.map { one.merged(over: $0) } ?? one
    }
    return StrategyEntry.Variant(
      text: row.map { "\($0.key)=\($0.value.shortText)" }.joined(separator: " "),
      swept: Dictionary(row.map { ($0.key, $0.value.json) }, uniquingKeysWith: { $1 }),
      strategy: strategy, overrides: overrides.map(\.key).sorted(), overridden: overridden)
  }

  // MARK: Hyper-parameters

  /// The strategy of these parameters; tells everything that is wrong with them.
  private func configuration(_ name: String, _ parameters: FileNode) -> StrategyConfiguration? {
    guard let named = namingParts(of: parameters, strategy: name) else { return nil }
    guard let text = try? CanonicalJSON.text(of: named.json) else { return nil }
    let data = Data(text.utf8)
    let found = StrategyConfiguration.problems(name: name, parametersJSON: data)
    for problem in found {
      let node = problem.key.flatMap { parameters.nearest(to: $0) } ?? parameters
      let at = node.place == parameters.place ? place : node.place
      problems.add(at, "\(path): \(problem.message)", hint: advice(for: node))
    }
    guard found.isEmpty else { return nil }
    return try? StrategyConfiguration(name: name, parametersJSON: data)
  }

  private func advice(for node: FileNode) -> String? {
    guard case .scalar(let text, false) = node.content, Scalars.number(text) == nil else {
      return nil
    }
    return Scalars.advice(for: text)
  }

  /// `parts: [{strategy: NAME, …}]` as the strategies read it: `{name: NAME, …}`. Unknown keys and
  /// names of parts are told here, with what was probably meant.
  private func namingParts(of parameters: FileNode, strategy: String) -> FileNode? {
    guard strategy == Combined.name, let parts = parameters["parts"]?.elements else {
      return parameters
    }
    var isReadable = true
    let named: [FileNode] = parts.enumerated().map { index, part in
      let path = "\(path).parts[\(index)]"
      let nameNode = part.text == nil ? part["strategy"] : part
      guard let nameNode, let name = nameNode.text, !nameNode.isNothing else {
        problems.add(
          part.place, "\(path): received \(part.received), expected a strategy",
          hint: "write {strategy: NAME, parameter: value}")
        isReadable = false
        return part
      }
      guard let type = StrategyCatalog.type(named: name) else {
        problems.add(
          nameNode.place, "\(path): no strategy is named '\(name)'",
          hint: Suggestion.text(for: name, among: StrategyCatalog.names, called: "strategies"))
        isReadable = false
        return part
      }
      let known = type.card.parameters.map(\.key)
      for entry in part.entries ?? [] where entry.key != "strategy" && !known.contains(entry.key) {
        problems.add(
          entry.place, "unknown key '\(entry.key)' in \(path)",
          hint: Suggestion.text(for: entry.key, among: ["strategy"] + known, called: "keys"))
        isReadable = false
      }
      let name1 = nameNode.wrapped(in: ["name"], at: part.place)
      return name1.merged(over: part.removing(["strategy"]))
    }
    guard isReadable else { return nil }
    let list = FileNode(.sequence(named), at: parameters.place)
    return list.wrapped(in: ["parts"], at: parameters.place).merged(over: parameters)
  }
}

extension FileNode {
  /// What stands at a path such as `parts[1].beta`, or the nearest thing above it.
  func nearest(to path: String) -> FileNode {
    var node = self
    for step in path.split(whereSeparator: { $0 == "." || $0 == "[" || $0 == "]" }) {
      let next = Int(step).flatMap { index in
        node.elements.flatMap { $0.indices.contains(index) ? $0[index] : nil }
      }
      guard let next = next ?? node[String(step)] else { return node }
      node = next
    }
    return node
  }
}
