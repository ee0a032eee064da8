extension RecipeFile {
  /// A setting in which two runs differ, under the key that experiment files give it.
  public struct Difference: Hashable, Sendable {
    /// Dotted, such as `training.batch`; a strategy's own settings stand below `strategy`.
    public var key: String
    /// As a file spells it; `nil` where the first run's file does not have the key.
    public var first: String?
    /// The same for the second run.
    public var second: String?
  }

  /// Where another run's file says something else, in the order of the files.
  ///
  /// The experiment's name, the labels of strategies and the baseline are left out: they change no run.
  public func differences(to other: RecipeFile) -> [Difference] {
    let (first, second) = (settings, other.settings)
    let values = Dictionary(second, uniquingKeysWith: { $1 })
    var differences: [Difference] = []
    for (key, value) in first where values[key] != value {
      differences.append(Difference(key: key, first: value, second: values[key]))
    }
    let known = Set(first.map(\.0))
    for (key, value) in second where !known.contains(key) {
      differences.append(Difference(key: key, first: nil, second: value))
    }
    return differences
  }

  /// Every setting with its value in one line.
  private var settings: [(String, String)] {
    guard case .mapping(let entries) = tree else { return [] }
    return entries.flatMap { key, value -> [(String, String)] in
      switch key {
      case "name", "baseline": return []
      case "seeds": return [("seed", "\(recipe.seed)")]
      case "strategies": return strategies.last.map { $0.value.leaves(below: "strategy") } ?? []
      default: return value.leaves(below: key)
      }
    } + (recipe.split.fold.map { [("fold", "\($0)")] } ?? [])
  }
}

extension FileTree {
  /// The scalars and lists of nested mappings, by dotted keys.
  fileprivate func leaves(below key: String) -> [(String, String)] {
    guard case .mapping(let entries) = self else { return [(key, line)] }
    return entries.flatMap { inner, value in
      // `strategy: {strategy: focal}` is the strategy's name.
      value.leaves(below: inner == key ? key : "\(key).\(inner)")
    }
  }

  /// The value in flow style.
  private var line: String {
    switch self {
    case .word(let text), .text(let text): text
    case .list(let elements): "[" + elements.map(\.line).joined(separator: ", ") + "]"
    case .mapping(let entries):
      "{" + entries.map { "\($0.key): \($0.value.line)" }.joined(separator: ", ") + "}"
    }
  }
}
