import Datasets
import Files
import Images
import Networks
import Results
import Strategies

/// Canonical JSON of many recipes, quickly: runs of one experiment share most of their parts, and the
/// text of a part is made once.
///
/// Every text is the one that `CanonicalJSON` makes of the whole recipe, which is slower.
public final class RecipeTexts {
  /// What of a recipe a text has.
  public enum Form: CaseIterable, Sendable {
    /// All of it.
    case whole
    /// What names one run: see ``Recipe/canonicalJSON(includingSeed:)``.
    case run
    /// What names all seeds and folds of a variant.
    case group
    /// What runs must have in common to be compared: see `SharedRecipe`.
    case shared

    /// Dotted paths that are left out.
    public var excluded: [String] {
      switch self {
      case .whole: []
      case .run: Recipe.keysOutsideFingerprint
      // A fold repeats a run as a seed does.
      case .group: Recipe.keysOutsideFingerprint + ["seed", "split.test.fold.index"]
      case .shared: SharedRecipe.besides
      }
    }
  }

  private var dataset: PartTexts<DatasetConfiguration>
  private var split: PartTexts<SplitConfiguration>
  private var image: PartTexts<ImageConfiguration>
  private var model: PartTexts<ModelConfiguration>
  private var training: PartTexts<TrainingConfiguration>
  private var augmentation: PartTexts<[PixelTransform]>
  private var overrides: PartTexts<[String]>
  private var stage: PartTexts<Stage>
  private var strategies: [StrategyConfiguration: String] = [:]
  private let excluded: Set<String>

  /// Texts of one form.
  public init(_ form: Form) {
    let paths = form.excluded
    excluded = Set(paths.filter { !$0.contains(".") })
    func below(_ key: String) -> [String] {
      paths.filter { $0.hasPrefix(key + ".") }.map { String($0.dropFirst(key.count + 1)) }
    }
    dataset = PartTexts(excluding: below("dataset"))
    split = PartTexts(excluding: below("split"))
    image = PartTexts(excluding: below("image"))
    model = PartTexts(excluding: below("model"))
    training = PartTexts(excluding: below("training"))
    augmentation = PartTexts(excluding: [])
    overrides = PartTexts(excluding: [])
    stage = PartTexts(excluding: below("stage"))
  }

  /// The recipe's text.
  ///
  /// - Throws: `CanonicalJSON.NotFinite` for NaN and infinities, with its path.
  public func text(of recipe: Recipe) throws -> String {
    do {
      return try joined(recipe)
    } catch is CanonicalJSON.NotFinite {
      // Its path is that of the whole recipe.
      return try CanonicalJSON.text(of: recipe, excluding: Array(excluded))
    }
  }

  /// The text of a recipe whose numbers are finite, as those of a file that was read are.
  ///
  /// - Precondition: no number is NaN or infinite.
  public func knownText(of recipe: Recipe) -> String {
    do {
      return try text(of: recipe)
    } catch {
      preconditionFailure(
        "the recipe '\(recipe.label)' holds a number that is not finite: \(error)")
    }
  }

  /// Members in the order of their keys' bytes, as canonical JSON has them.
  private func joined(_ recipe: Recipe) throws -> String {
    var text = ""
    text.reserveCapacity(2048)
    func add(_ key: String, _ value: () throws -> String?) rethrows {
      guard !excluded.contains(key), let value = try value() else { return }
      text += text.isEmpty ? "{\"" : ",\""
      text += key
      text += "\":"
      text += value
    }
    add("allowsOvercompensation") { recipe.allowsOvercompensation.map(Self.text) }
    try add("augmentation") { try augmentation.text(of: recipe.augmentation) }
    try add("dataset") { try dataset.text(of: recipe.dataset) }
    add("experiment") { JSONString.quoted(recipe.experiment) }
    try add("image") { try image.text(of: recipe.image) }
    add("label") { JSONString.quoted(recipe.label) }
    try add("model") { try model.text(of: recipe.model) }
    try add("overrides") { try overrides.text(of: recipe.overrides) }
    add("seed") { String(recipe.seed) }
    try add("split") { try split.text(of: recipe.split) }
    try add("stage") { try recipe.stage.map { try stage.text(of: $0) } }
    add("storesPredictions") { Self.text(recipe.storesPredictions) }
    try add("strategy") { try strategy(recipe.strategy) }
    try add("training") { try training.text(of: recipe.training) }
    add("variant") { JSONString.quoted(recipe.variant) }
    return text + "}"
  }

  private static func text(_ truth: Bool) -> String { truth ? "true" : "false" }

  private func strategy(_ strategy: StrategyConfiguration) throws -> String {
    if let known = strategies[strategy] { return known }
    let text = try CanonicalJSON.text(of: strategy)
    strategies[strategy] = text
    return text
  }
}

/// The texts of one part of recipes, for the values that were met last.
private struct PartTexts<Part: Encodable & Equatable> {
  /// Stages and overrides alternate between a few values; more are looked for in vain too often.
  private static var limit: Int { 16 }
  private let excluded: [String]
  private var known: [(part: Part, text: String)] = []

  init(excluding excluded: [String]) { self.excluded = excluded }

  mutating func text(of part: Part) throws -> String {
    if let place = known.firstIndex(where: { $0.part == part }) { return known[place].text }
    let text = try CanonicalJSON.text(of: part, excluding: excluded)
    if known.count == Self.limit { known.removeFirst() }
    known.append((part, text))
    return text
  }
}
