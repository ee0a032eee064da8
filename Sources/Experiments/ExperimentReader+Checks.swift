import Datasets
import Networks
import Recipes
import Statistics

/// What can only be seen when all runs are there.
extension ExperimentReader {
  /// A model that reads texts needs a column of them; a fallback needs validation images.
  func checkTexts(
    _ groups: [(label: String, place: Place, model: ModelConfiguration)],
    dataset: DatasetConfiguration, split: SplitConfiguration
  ) {
    let readers = groups.filter { $0.model.text != nil }
    let section = root.node("model").flatMap { $0["text"] }
    if readers.isEmpty, let section {
      problems.warn(
        section.place, "model.text is read by no strategy: every model.text.variant is none")
    }
    var seen: Set<String> = []
    for (label, place, model) in readers where seen.insert(label).inserted {
      guard let variant = model.text?.variant.rawValue else { continue }
      let reads = "strategies.\(label): model.text.variant is \(variant), but "
      switch dataset.format {
      case .csv(let format) where format.textColumn != nil: break
      case .csv:
        problems.add(
          place, reads + "dataset.text names no column",
          hint: "write for example 'text: description' below dataset")
      default:
        problems.add(
          place, reads + "this data set has no texts",
          hint: "only tables (format csv) have a text beside each image")
      }
      if variant == "fallback", split.validation == 0, !split.mayHaveOwnValidation {
        problems.add(
          place, reads + "split.validation is 0",
          hint: "the threshold below which the text is asked is chosen on validation")
      }
    }
  }

  /// Two groups with one recipe would be one row of the store and a comparison with itself.
  func checkDifferent(_ groups: [(recipe: Recipe, place: Place)]) {
    var first: [String: String] = [:]
    let texts = RecipeTexts(.group)
    for (recipe, place) in groups {
      let name = Self.groupName(recipe)
      let text = texts.knownText(of: recipe)
      if let other = first[text] {
        problems.add(
          place, "strategies.\(name) is equal to strategies.\(other)", hint: "remove one of them")
      } else {
        first[text] = name
      }
    }
  }

  static func groupName(_ recipe: Recipe) -> String {
    recipe.variant.isEmpty ? recipe.label : "\(recipe.label) (\(recipe.variant))"
  }

  func check(_ recipes: [Recipe], baseline: String) {
    if recipes.isEmpty {
      root.add("exclude", "every run is excluded")
    } else if !recipes.contains(where: { $0.label == baseline }) {
      root.add("exclude", "every run of the baseline '\(baseline)' is excluded")
    }
    guard problems.isEmpty else { return }
    var names: Set<String> = []
    for recipe in recipes where !names.insert(recipe.runName).inserted {
      problems.add(
        root.place(of: "strategies"), "two runs would be named '\(recipe.runName)'",
        hint: "give one of the strategies another label")
    }
  }

  /// Refuses networks that cannot normalise a batch of one image: planned for two classes, since the
  /// data's number of classes changes nothing of that. Two images are two numbers a channel at least.
  func checkShapes(_ recipes: [Recipe], places: [String: Place]) {
    struct Shape: Hashable {
      var model: ModelConfiguration
      var image: ImageConfiguration
      var batch: Int
    }
    let training = root.section("training", .training)
    var seen: Set<Shape> = []
    for recipe in recipes where recipe.training.batch == 1 {
      var shape = Shape(model: recipe.model, image: recipe.image, batch: recipe.training.batch)
      shape.model.weights = nil
      guard seen.insert(shape).inserted else { continue }
      do {
        _ = try NetworkMemory(
          of: shape.model, classes: 2, height: shape.image.height, width: shape.image.width,
          batch: shape.batch, threads: 1, vocabulary: 2)
      } catch {
        let own = recipe.overrides.isEmpty ? nil : places[recipe.label]
        problems.add(
          own ?? training.node("batch")?.place ?? root.place(of: "image"),
          "strategies.\(recipe.label): the network cannot take these images: \(error)")
      }
    }
  }

  /// Says how much room a frozen part's activations take and why they may not be kept.
  func noteFrozen(_ recipes: [Recipe]) {
    let model = root.section("model", .model)
    for recipe in recipes {
      guard let part = recipe.model.freeze else { continue }
      if recipe.model.cachedViews != nil, recipe.augmentation.isEmpty {
        problems.add(
          model.place(of: "cached_views"), "model.cached_views has no meaning without augmentation",
          hint: "without it the activations of every training image are kept anyway")
      }
      let bytes =
        4
        * recipe.model.activationShape(
          at: part, height: recipe.image.height, width: recipe.image.width
        ).count
      let limit = recipe.model.cacheLimit ?? ModelConfiguration.usualCacheLimit
      let views = recipe.augmentation.isEmpty ? 1 : recipe.model.cachedViews
      var text = "frozen up to \(part.rawValue): activations of \(bytes) bytes "
      if limit == 0 {
        text += "an image are not kept, because model.cache_limit is 0"
      } else if let views {
        text += views == 1 ? "an image" : "for each of \(views) views of a training image"
        text += " are computed once and shared by runs, up to \(Self.short(limit)) GB; "
        text += "'poise data' counts them"
      } else {
        text += "an image are shared by runs for validation and test, but not for training, "
        text += "because augmentation changes its images anew every time; "
        text += "model.cached_views would keep a number of views of each"
      }
      problems.warn(model.place(of: "freeze"), text, as: .note)
    }
  }

  private static func short(_ value: Double) -> String {
    value == value.rounded() ? String(Int64(value)) : "\(value)"
  }

  /// Says when the seeds are too few to tell a difference from the luck of the seed.
  ///
  /// - Parameter equal: variants that are not run, since another one is the same.
  func noteSignificance(
    of recipes: [Recipe], seeds: Int, baseline: String, without equal: Set<String>
  ) {
    let others = Set(recipes.filter { $0.label != baseline }.map(Self.groupName))
      .subtracting(equal).count
    guard others > 0, seeds < Self.seedsAdvised else { return }
    let text =
      seeds == 1
      ? "1 seed: no difference can be told from the luck of the seed; seeds: 3 is the least that can, "
        + "and \(Self.seedsAdvised) or more show smaller ones"
      : "\(seeds) seeds: only large differences can be told from the luck of the seed; "
        + "\(Self.seedsAdvised) or more show smaller ones"
    problems.warn(
      root.node("seeds")?.place ?? root.node("name")?.place ?? root.place, text, as: .note)
  }

  /// From here on the spread over seeds is known about as well as it needs to be.
  private static let seedsAdvised = 5
}

extension SplitConfiguration {
  /// Whether the data itself may say which images are for validation.
  var mayHaveOwnValidation: Bool {
    if prefersGiven == true { return true }
    return switch test {
    case .given: true
    case .lists(_, let validation, _): validation != nil
    case .parts(_, _, let validation, _): validation != nil
    case .stratified, .column, .fold: false
    }
  }
}
