import Datasets
import Networks
import Recipes
import Results
import Strategies
import Testing

/// Texts that are put together of parts are those of the whole.
@Suite("Texts of many recipes")
struct RecipeTextsTests {
  /// Recipes in which every part differs from another one's, and every optional is set in one.
  private static let recipes: [Recipe] = {
    var all = [FingerprintTests.recipe]
    func add(_ change: (inout Recipe) -> Void) {
      var recipe = FingerprintTests.recipe
      change(&recipe)
      all.append(recipe)
    }
    for (key, change) in FingerprintTests.unnamed {
      add { recipe in
        recipe.model.weights = WeightSource(path: "/w", digest: "d")
        if key.contains(".csv.") { recipe.dataset.format = FingerprintTests.table(nil) }
        change(&recipe)
      }
    }
    for seed in 0..<40 { add { $0.seed = UInt64(seed) } }
    for batch in 1..<30 { add { $0.training.batch = batch } }
    for gamma in [0.5, 1, 2.25, 1e-7] {
      add { recipe in
        var focal = FocalLoss()
        focal.gamma = gamma
        recipe.strategy = StrategyConfiguration(focal)
        (recipe.label, recipe.variant) = ("a \"quoted\"\n label", "gamma=\(gamma)")
      }
    }
    add { $0.split.test = .fold(index: 2, of: 5) }
    add { $0.strategy = StrategyConfiguration(PosthocLogitAdjustment()) }
    let parts = ["head", "tail"].map {
      Stage.Part(
        name: $0, classes: ClassSelection(include: [$0]), training: TrainingConfiguration())
    }
    all += parts.indices.map { FingerprintTests.recipe.staged($0, of: parts) }
    return all
  }()

  @Test("are those of the whole recipe", arguments: RecipeTexts.Form.allCases)
  func same(form: RecipeTexts.Form) throws {
    let texts = RecipeTexts(form)
    // Twice: what was met before is known the second time.
    for recipe in Self.recipes + Self.recipes.reversed() {
      let whole = try CanonicalJSON.text(of: recipe, excluding: form.excluded)
      #expect(try texts.text(of: recipe) == whole)
      #expect(texts.knownText(of: recipe) == whole)
    }
  }

  @Test("give the fingerprints of the recipe and of what it shares")
  func hashes() throws {
    let (run, group) = (RecipeTexts(.run), RecipeTexts(.group))
    let (whole, shared) = (RecipeTexts(.whole), RecipeTexts(.shared))
    for recipe in Self.recipes {
      #expect(
        try run.hash(of: recipe, datasetDigest: "d") == recipe.configHash(datasetDigest: "d"))
      #expect(
        try group.hash(of: recipe, datasetDigest: "d") == recipe.groupHash(datasetDigest: "d"))
      let parsed = SharedRecipe(configuration: try whole.text(of: recipe), dataDigest: "d")
      #expect(SharedRecipe(settings: try shared.text(of: recipe), dataDigest: "d") == parsed)
    }
  }

  @Test("name the place of a number that is not finite in the whole")
  func notFinite() throws {
    var recipe = FingerprintTests.recipe
    recipe.training.labelSmoothing = .nan
    let error = #expect(throws: CanonicalJSON.NotFinite.self) {
      try RecipeTexts(.whole).text(of: recipe)
    }
    #expect(error?.value == "nan" && error?.path == "training.labelSmoothing")
  }
}
