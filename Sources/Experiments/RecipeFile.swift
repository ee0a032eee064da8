import Foundation
import Images
import Recipes
import Strategies

/// The experiment file that makes one run again: all its settings, none left to a default.
///
/// What a run starts from stands in it as well: the runs of its earlier stages, and the strategy that
/// a post-hoc method changes. Paths are absolute. A run of one fold is made together with the other
/// folds, since a file cannot name one alone.
public struct RecipeFile {
  let recipe: Recipe

  /// The file of a run.
  public init(_ recipe: Recipe) { self.recipe = recipe }

  /// Why a file cannot be written.
  public enum Failure: Error, CustomStringConvertible {
    /// A run of a first stage knows nothing of the stages after it, and a file names all of them.
    case firstStage(String)

    /// A sentence.
    public var description: String {
      switch self {
      case .firstStage(let name):
        "the run belongs to '\(name)', the first of several stages, and does not know the others; "
          + "a run of the last stage gives the file with all of them"
      }
    }
  }

  /// The file's text in YAML.
  ///
  /// - Throws: ``Failure``.
  public func text() throws -> String {
    if let stage = recipe.stage, stage.earlier.isEmpty { throw Failure.firstStage(stage.name) }
    return try tree.yaml()
  }

  /// The recipes that are needed for this one, the first one first.
  private var chain: [Recipe] {
    var chain = [recipe]
    while let first = chain.first, !first.trains, let base = first.base {
      chain.insert(base, at: 0)
    }
    return chain
  }

  var tree: FileTree {
    let strategies = strategies
    return .section([
      ("name", .text(recipe.experiment)),
      ("dataset", dataset),
      ("split", split),
      ("image", image),
      ("model", model),
      ("training", recipe.stage == nil ? Self.training(recipe.training) : nil),
      ("augmentation", .list(recipe.augmentation.map(Self.transform))),
      ("baseline", .text(strategies[0].key)),
      ("strategies", .mapping(strategies)),
      ("stages", stages),
      ("seeds", .list([.number(recipe.seed)])),
      ("store_predictions", recipe.storesPredictions ? .flag(true) : nil),
    ])
  }

  /// The run's own strategy last.
  var strategies: [(key: String, value: FileTree)] {
    let chain = chain
    return chain.enumerated().map { index, recipe in
      let isOwn = index == chain.count - 1
      var label = isOwn ? recipe.label : recipe.strategy.name
      if !isOwn, label == self.recipe.label { label += "-base" }
      return (label, Self.strategy(recipe))
    }
  }

  private static func strategy(_ recipe: Recipe) -> FileTree {
    let strategy = recipe.strategy
    let parameters = strategy.strategy.storedParameters
    var entries: [(String, FileTree?)] = [("strategy", .text(strategy.name))]
    entries += parameters.sorted { $0.key < $1.key }.map { ($0.key, tree(of: $0.value)) }
    if recipe.allowsOvercompensation == true, parameters[StrategyReader.overcompensation] == nil {
      entries.append((StrategyReader.overcompensation, .flag(true)))
    }
    return .section(entries)
  }

  /// A parameter as files write it: a strategy inside of another one is its name with its parameters
  /// beside it.
  private static func tree(of value: ParameterValue) -> FileTree {
    switch value {
    case .null: return .word("null")
    case .flag(let flag): return .flag(flag)
    case .number(let number): return .number(number)
    case .text(let text): return .text(text)
    case .list(let list): return .list(list.map(tree))
    case .mapping(let mapping):
      if mapping.count == 2, let name = mapping["name"],
        case .mapping(let parameters)? = mapping["parameters"]
      {
        let inner = parameters.sorted { $0.key < $1.key }.map { ($0.key, tree(of: $0.value)) }
        return .mapping([("strategy", tree(of: name))] + inner)
      }
      return .mapping(mapping.sorted { $0.key < $1.key }.map { ($0.key, tree(of: $0.value)) })
    }
  }

  private static func transform(_ transform: PixelTransform) -> FileTree {
    let values = transform.values.sorted { $0.key < $1.key }.map {
      ($0.key, FileTree.number($0.value))
    }
    return .mapping([(transform.name, .mapping(values))])
  }
}
