import Datasets
import Foundation
import Networks
import Recipes
import Results
import Strategies
import Testing

@Suite("Fingerprints")
struct FingerprintTests {
  static let recipe = Recipe(
    experiment: "e", label: "l", variant: "v", seed: 18_446_744_073_709_551_615,
    strategy: StrategyConfiguration(Baseline()),
    dataset: DatasetConfiguration(name: "n", root: "/r", format: .folder),
    split: SplitConfiguration(), image: ImageConfiguration(height: 32, width: 32),
    model: ModelConfiguration(), training: TrainingConfiguration())

  @Test("canonical JSON is written in one way, defaults filled in")
  func golden() {
    #expect(
      Self.recipe.canonicalJSON(includingSeed: true) == """
        {"augmentation":[],"dataset":{"classes":{"exclude":[],"include":[]},"format":\
        {"folder":{}}},"image":{"height":32,"mean":[0.485,0.456,0.406],"standardDeviation":\
        [0.229,0.224,0.225],"width":32},"model":{"architecture":"resnet50","convolution":\
        "fastest","dropout":0,"hidden":[],"stem":"imagenet"},"seed":18446744073709551615,"split":\
        {"seed":1,"test":{"stratified":{"share":0.2}},"validation":0.1},"strategy":{"name":\
        "baseline","parameters":{}},"training":{"batch":64,"budget":{"epochs":{"_0":8}},\
        "labelSmoothing":0,"optimizer":{"beta1":0.9,"beta2":0.999,"decaysNormAndBias":true,\
        "epsilon":1e-08,"learningRate":0.05,"momentum":0.9,"nesterov":false,"rule":"sgd",\
        "weightDecay":0.0005},"schedule":{"curve":"cosine","gamma":0.1,"milestones":[],\
        "minimumFactor":0,"warmupEpochs":0},"selectBy":"macro_recall"}}
        """)
  }

  static func table(_ dialect: TableDialect?) -> CatalogueFormat {
    .csv(
      CSVFormat(
        file: "f", idColumn: "i", labelColumn: "l", imagePattern: "{i}", dialect: dialect))
  }

  @Test("how pictures are decoded counts where it is not the usual way")
  func decoding() throws {
    var recipe = Self.recipe
    recipe.image.decoding.scale = .exact
    #expect(
      recipe.canonicalJSON(includingSeed: true).contains(
        #""image":{"decoding":{"orientation":"ignore","scale":"exact"},"height":32,"#))
    #expect(recipe.configHash(datasetDigest: "d") != Self.recipe.configHash(datasetDigest: "d"))
    recipe.image.decoding.pixelLimit = 5_000
    #expect(
      recipe.canonicalJSON(includingSeed: true).contains(
        #"{"orientation":"ignore","pixelLimit":5000,"scale":"exact"}"#))
    let copy = try JSONDecoder().decode(
      ImageConfiguration.self, from: JSONEncoder().encode(recipe.image))
    #expect(copy == recipe.image)
    let usual = try JSONEncoder().encode(Self.recipe.image)
    #expect(try JSONDecoder().decode(ImageConfiguration.self, from: usual) == Self.recipe.image)
  }

  /// One change of every excluded key.
  static let unnamed: [(key: String, change: @Sendable (inout Recipe) -> Void)] = [
    ("allowsOvercompensation", { $0.allowsOvercompensation = true }),
    ("dataset.followLinks", { $0.dataset.followLinks = .inside }),
    (
      "dataset.format.csv._0.dialect",
      { $0.dataset.format = Self.table(TableDialect(separator: ";")) }
    ),
    (
      "dataset.format.list._0.encoding",
      { $0.dataset.format = .list(ListFormat(train: "t", encoding: .latin1)) }
    ),
    ("dataset.labels", { $0.dataset.labels = LabelRules(near: .keep) }),
    ("dataset.name", { $0.dataset.name = "x" }),
    ("dataset.quarantineLimit", { $0.dataset.quarantineLimit = 0.7 }),
    ("dataset.root", { $0.dataset.root = "/x" }),
    ("experiment", { $0.experiment = "x" }),
    ("label", { $0.label = "x" }),
    ("model.cacheLimit", { $0.model.cacheLimit = 0 }),
    ("model.weights.path", { $0.model.weights?.path = "/x" }),
    ("overrides", { $0.overrides = ["training.batch"] }),
    ("split.duplicates", { $0.split.duplicates = DuplicatePolicy(copies: .drop) }),
    ("split.prefersGiven", { $0.split.prefersGiven = true }),
    ("storesPredictions", { $0.storesPredictions = true }),
    ("variant", { $0.variant = "x" }),
  ]

  @Test("what runs share leaves out all that no fingerprint has, the strategy and the seed")
  func shared() {
    #expect(Set(SharedRecipe.besides).isSuperset(of: Recipe.keysOutsideFingerprint))
    let settings = SharedRecipe(
      configuration: Self.recipe.canonicalJSON(includingSeed: true), dataDigest: "d"
    ).settings
    #expect(settings.hasPrefix(#"{"augmentation":[],"dataset":{"classes":"#))
    #expect(!settings.contains("seed\":18446744073709551615") && !settings.contains("strategy"))
  }

  @Test("names, paths and what is kept of a run do not count")
  func excluded() {
    #expect(Self.unnamed.map(\.key) == Recipe.keysOutsideFingerprint)
    var base = Self.recipe
    base.model.weights = WeightSource(path: "/w", digest: "d")
    for (key, change) in Self.unnamed {
      if key.contains(".csv.") { base.dataset.format = Self.table(nil) }
      if key.contains(".list.") { base.dataset.format = .list(ListFormat(train: "t")) }
      var recipe = base
      change(&recipe)
      #expect(recipe != base)
      #expect(
        recipe.configHash(datasetDigest: "d") == base.configHash(datasetDigest: "d"),
        "\(key)")
    }
  }

  @Test("everything else counts")
  func included() {
    let changes: [@Sendable (inout Recipe) -> Void] = [
      { $0.strategy = StrategyConfiguration(InverseWeights()) },
      { $0.dataset.classes.top = 3 },
      { $0.dataset.format = .cifar10 },
      { $0.split.seed = 2 },
      { $0.split.validation = 0.2 },
      { $0.image.width = 33 },
      { $0.image.mean[0] = 0.4850001 },
      { $0.model.convolution = .reference },
      { $0.model.dropout = 0.1 },
      { $0.model.weights = WeightSource(path: "/w", digest: "a") },
      { $0.model.weights = WeightSource(path: "/w", digest: "b") },
      { $0.model.freeze = .layer1 },
      { $0.model.cachedViews = 2 },
      { $0.training.budget = .images(8) },
      { $0.training.optimizer.learningRate = 0.05.nextUp },
      { $0.training.schedule.minimumFactor = 1e-300 },
      { $0.training.selectBy = .accuracy },
      { $0.augmentation = [.horizontalFlip(probability: 0.5)] },
    ]
    let group = Self.recipe.groupHash(datasetDigest: "d")
    var seen: Set<String> = [group]
    for (index, change) in changes.enumerated() {
      var recipe = Self.recipe
      change(&recipe)
      #expect(seen.insert(recipe.groupHash(datasetDigest: "d")).inserted, "change \(index)")
    }
    #expect(Self.recipe.groupHash(datasetDigest: "other") != group)
  }

  @Test("a group is all seeds; a run is one of them")
  func seeds() {
    var other = Self.recipe
    other.seed = 3
    #expect(other.groupHash(datasetDigest: "d") == Self.recipe.groupHash(datasetDigest: "d"))
    #expect(other.configHash(datasetDigest: "d") != Self.recipe.configHash(datasetDigest: "d"))
    #expect(!other.canonicalJSON(includingSeed: false).contains(#""seed":3"#))
    // The split's seed is another thing.
    #expect(other.canonicalJSON(includingSeed: false).contains(#""seed":1"#))
    let hash = other.configHash(datasetDigest: "d")
    #expect(hash.count == 64 && hash.allSatisfy(\.isHexDigit))
  }

  @Test("names of runs are fit for files")
  func names() {
    var recipe = Self.recipe
    (recipe.label, recipe.variant, recipe.seed) = ("a_b-c", "power=0.25 to=x/ü", 3)
    #expect(recipe.runName == "a_b-c-power=0.25,to=x%2F%C3%BC-s3")
    recipe.variant = ""
    #expect(recipe.runName == "a_b-c-s3")
    recipe.variant = String(repeating: "x", count: 300)
    let long = recipe.runName
    #expect(long.utf8.count == 123)
    recipe.variant += "y"
    #expect(recipe.runName != long)
  }
}
