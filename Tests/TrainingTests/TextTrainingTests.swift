import Datasets
import Foundation
import Networks
import Recipes
import Results
import Strategies
import TestSupport
import Testing
import Training

/// A tiny table of named pictures with a recipe that reads both.
struct ProductFixture {
  let folder: TemporaryFolder
  var data: PreparedData
  var recipe: Recipe

  init(
    _ variant: TextConfiguration.Variant?, masked: Bool = false,
    products: SyntheticProducts = SyntheticProducts(counts: [60, 40, 20, 10])
  ) throws {
    folder = try TemporaryFolder("texts")
    try products.write(to: folder.path)
    recipe = Recipe(
      experiment: "tiny", label: "it", seed: 1, strategy: StrategyConfiguration(Baseline()),
      dataset: DatasetConfiguration(
        name: "products", root: folder.path,
        format: .csv(
          CSVFormat(
            file: SyntheticProducts.table, idColumn: "id", labelColumn: "kind",
            textColumn: "name", imagePattern: "images/{id}.png"))),
      split: SplitConfiguration(test: .stratified(share: 0.25), validation: 0.2),
      image: ImageConfiguration(height: 8, width: 8),
      model: ModelConfiguration(architecture: .cifarResnet20, stem: .small),
      training: TrainingConfiguration(
        budget: .epochs(3), batch: 8, optimizer: OptimizerConfiguration(learningRate: 0.05),
        schedule: ScheduleConfiguration(curve: .cosine, warmupEpochs: 0.5)),
      augmentation: [.shift(amount: 0.1)])
    recipe.model.text = variant.map {
      TextConfiguration(
        variant: $0, minCount: 1, maxLength: 6, embedding: 8, hidden: 12, masksClassWords: masked)
    }
    data = try Self.prepare(recipe, folder)
  }

  static func prepare(_ recipe: Recipe, _ folder: TemporaryFolder) throws -> PreparedData {
    try PreparedData(
      dataset: recipe.dataset, split: recipe.split, image: recipe.image,
      cacheFolder: folder.path, threads: 1)
  }

  func trainer(_ runFolder: String, threads: Int = 1) throws -> Trainer {
    try Trainer(
      recipe: recipe, data: data, folder: RunFolder(folder.path(of: runFolder)), threads: threads)
  }

  func result(_ runFolder: String, threads: Int = 1) throws -> RunResult {
    let outcome = try trainer(runFolder, threads: threads).run()
    guard case .done(let result) = outcome else { throw UnexpectedOutcome(outcome: outcome) }
    return result
  }

  /// The tested weights by name.
  func weights(_ runFolder: String) throws -> [String: [Float]] {
    let path = RunFolder(folder.path(of: runFolder)).weights
    return try Dictionary(
      uniqueKeysWithValues: Checkpoint(readingFrom: path).tensors.map { ($0.name, $0.values) })
  }
}

@Suite struct TextTrainingTests {
  private static let variants = TextConfiguration.Variant.allCases

  @Test(arguments: variants)
  func `the same seed gives the same bits, whatever the thread count`(
    variant: TextConfiguration.Variant
  ) throws {
    let fixture = try ProductFixture(variant)
    let one = try fixture.result("one")
    let two = try fixture.result("two", threads: 2)
    #expect(one.weightsDigest == two.weightsDigest)
    #expect(one.test == two.test && one.figures == two.figures)
  }

  @Test(arguments: variants)
  func `a run stopped after any step continues to the same bits`(
    variant: TextConfiguration.Variant
  ) throws {
    let fixture = try ProductFixture(variant)
    let undisturbed = try fixture.result("undisturbed")
    for stopAfter in [1, 5, 13] {
      var outcome: RunOutcome = .cancelled(reason: "")
      while case .cancelled = outcome {
        var steps = 0
        outcome = try fixture.trainer("stopped-\(stopAfter)").run(shouldStop: {
          steps += 1
          return steps >= stopAfter
        })
      }
      guard case .done(let result) = outcome else { throw UnexpectedOutcome(outcome: outcome) }
      #expect(result.weightsDigest == undisturbed.weightsDigest, "every \(stopAfter) steps")
      #expect(result.test == undisturbed.test && result.validation == undisturbed.validation)
      #expect(result.figures == undisturbed.figures && result.notes == undisturbed.notes)
    }
  }

  @Test func `a fallback's models end with the bits that each has alone`() throws {
    let image = try ProductFixture(nil)
    let text = try ProductFixture(.text)
    let fallback = try ProductFixture(.fallback)
    let results = try (image.result("run"), text.result("run"), fallback.result("run"))
    let parts = try (image.weights("run"), text.weights("run"), fallback.weights("run"))
    #expect(parts.2 == parts.0.merging(parts.1) { $1 })
    #expect(Set(parts.0.keys).isDisjoint(with: parts.1.keys))
    // So the three saw as many images, and its parts' figures are those of the runs alone.
    #expect(results.2.imagesSeen == results.0.imagesSeen && results.2.steps == results.1.steps)
    let figures = try #require(results.2.figures)
    #expect(figures["fallback.image.accuracy"] == results.0.test?.headline.accuracy)
    #expect(figures["fallback.text.accuracy"] == results.1.test?.headline.accuracy)
    #expect(results.0.figures == nil)
    // What is known of the texts, and whether class words were hidden, is a figure of every reader.
    let read = try #require(results.1.figures)
    #expect(read["text.masked"] == 0 && read["text.with_image"] == 0)
    #expect(figures["text.masked"] == 0 && figures["text.with_image"] == 1)
    #expect(read["text.naming"] != nil && read["text.naming"] == figures["text.naming"])
    #expect(!read.keys.contains { $0.hasPrefix("fallback.") })
  }

  @Test func `a checkpoint keeps both models where it always kept them`() throws {
    let fixture = try ProductFixture(.fallback)
    var isValidated = false
    _ = try fixture.trainer("run").run(
      shouldStop: { isValidated }, report: { if case .epoch = $0 { isValidated = true } })
    let path = fixture.folder.path(of: "run/current.checkpoint")
    let checkpoint = try Checkpoint(readingFrom: path)
    let folders = checkpoint.tensors.map {
      String($0.name.prefix(through: $0.name.lastIndex(of: "/")!))
    }
    #expect(
      folders.reduce(into: []) { if $0.last != $1 { $0.append($1) } } == [
        "model/", "optimizer/", "best/", "fallback/model/", "fallback/optimizer/",
        "fallback/best/",
      ])
    let state = try #require(
      try JSONSerialization.jsonObject(with: checkpoint.metadata) as? [String: Any])
    let best = try #require(state["best"] as? [String: Any])
    #expect(Set(best.keys) == ["epoch", "value", "validation"])
    let text = try #require(state["fallback"] as? [String: Any])
    #expect(Set(text.keys) == ["optimizerSteps", "bestEpoch", "bestValue"])
    #expect(text["optimizerSteps"] as? Int == state["step"] as? Int)
    #expect(state["optimizerSteps"] as? Int == state["step"] as? Int)
  }

  @Test func `a fallback stores its threshold and the share that it passed on`() throws {
    // Nothing can be seen, everything can be read: the text has to be asked.
    var products = SyntheticProducts(counts: [60, 40, 40, 40], noise: 500)
    var fixture = try ProductFixture(.fallback, products: products)
    fixture.recipe.training.budget = .epochs(10)
    // A network that learns noise by heart may be surer of it than any text: whether it is hangs on
    // last bits.
    fixture.recipe.training.labelSmoothing = 0.4
    let result = try fixture.result("run")
    let figures = try #require(result.figures)
    let asked = try #require(figures["fallback.asked"])
    #expect(asked > 0.5 && asked <= 1)
    #expect(try #require(figures["fallback.text_decided"]) <= asked)
    #expect(try #require(figures["fallback.threshold"]) > 0)
    let alone = try #require(figures["fallback.image.accuracy"])
    #expect(try #require(result.test?.headline.accuracy) > alone + 0.1)
    #expect(result.notes.contains { $0.contains("the text was asked") })
    // Names that say nothing: the better of the two is the image.
    products = SyntheticProducts(counts: [60, 40, 40, 40], noise: 20)
    products.namesTell = false
    let blind = try ProductFixture(.fallback, products: products).result("run")
    #expect(try #require(blind.figures?["fallback.text_decided"]) < 0.5)
  }

  @Test func `texts tell classes apart, and masked ones tell less`() throws {
    var products = SyntheticProducts(counts: [60, 60, 60, 60], noise: 500)
    func accuracy(_ variant: TextConfiguration.Variant?, masked: Bool = false) throws -> Double {
      var fixture = try ProductFixture(variant, masked: masked, products: products)
      fixture.recipe.training.budget = .epochs(8)
      return try #require(try fixture.result("run").test?.headline.accuracy)
    }
    let (image, text, joint) = try (accuracy(nil), accuracy(.text), accuracy(.joint))
    #expect(text > image + 0.2)
    #expect(joint > image + 0.2)
    // Where nothing but the class's word tells, hiding it leaves next to nothing.
    products.hasOwnWords = false
    let (named, masked) = try (accuracy(.text), accuracy(.text, masked: true))
    #expect(masked < named - 0.2)
  }

  @Test func `runs say which words were read`() throws {
    let plain = try ProductFixture(.text).result("run")
    let masked = try ProductFixture(.text, masked: true).result("run")
    #expect(plain.notes.contains { $0.contains("words of class names NOT hidden") })
    #expect(masked.notes.contains { $0.contains("words of class names hidden") })
    #expect(plain.weightsDigest != masked.weightsDigest)
  }

  @Test func `variants, masking and texts have fingerprints of their own`() throws {
    var hashes: Set<String> = []
    for variant in [nil] + Self.variants.map(Optional.some) {
      for masked in variant == nil ? [false] : [false, true] {
        let fixture = try ProductFixture(variant, masked: masked)
        hashes.insert(fixture.recipe.configHash(datasetDigest: "d"))
      }
    }
    #expect(hashes.count == 7)
    // An image alone is the run that it was before texts could be read.
    #expect(
      !(try ProductFixture(nil)).recipe.canonicalJSON(includingSeed: true).contains("text\":{"))
    let telling = try ProductFixture(.text)
    var products = SyntheticProducts(counts: [60, 40, 20, 10])
    products.namesTell = false
    #expect(try ProductFixture(.text, products: products).data.digest != telling.data.digest)
  }

  @Test func `a checkpoint of other texts is refused`() throws {
    let fixture = try ProductFixture(.joint)
    var steps = 0
    _ = try fixture.trainer("run").run(shouldStop: {
      steps += 1
      return steps == 2
    })
    // As if the splits' digest had not noticed: the vocabulary of the checkpoint is another.
    let path = fixture.folder.path(of: "run/current.checkpoint")
    var checkpoint = try Checkpoint(readingFrom: path)
    var state = try #require(
      try JSONSerialization.jsonObject(with: checkpoint.metadata) as? [String: Any])
    #expect((state["texts"] as? String)?.count == 64)
    state["texts"] = String(repeating: "0", count: 64)
    checkpoint.metadata = try JSONSerialization.data(withJSONObject: state)
    try checkpoint.write(to: path)
    let error = #expect(throws: TrainingError.self) { try fixture.trainer("run").run() }
    #expect(error?.description.contains("vocabulary") == true)
  }

  @Test(arguments: variants)
  func `data without texts are refused`(variant: TextConfiguration.Variant) throws {
    var fixture = try TrainingFixture()
    fixture.recipe.model.text = TextConfiguration(variant: variant)
    let error = #expect(throws: DatasetError.self) { try fixture.trainer("run") }
    #expect(error?.description.contains("no example has a text") == true)
  }

  @Test func `a fallback without validation images is refused`() throws {
    var fixture = try ProductFixture(.fallback)
    fixture.recipe.split.validation = 0
    fixture.data = try ProductFixture.prepare(fixture.recipe, fixture.folder)
    let error = #expect(throws: TrainingError.self) { try fixture.trainer("run") }
    #expect(error?.description.contains("split.validation") == true)
    fixture.recipe.model.text?.variant = .joint
    _ = try fixture.result("run")
  }

  @Test func `texts that are all empty train without a fault`() throws {
    var products = SyntheticProducts(counts: [20, 10])
    products.namesTell = false
    var fixture = try ProductFixture(.joint, products: products)
    fixture.recipe.model.text?.minCount = 1000
    let result = try fixture.result("run")
    #expect(result.test?.headline.accuracy != nil)
    #expect(result.notes.contains { $0.contains("0 words known") })
  }
}

@Suite struct FallbackRuleTests {
  @Test func `below the threshold the more confident decides, ties to the image`() {
    let rule = FallbackRule(threshold: 0.6)
    #expect(!rule.asks(image: 0.6) && rule.asks(image: 0.59))
    #expect(!rule.isTextsTurn(image: 0.6, text: 0.99))
    #expect(rule.isTextsTurn(image: 0.5, text: 0.51))
    #expect(!rule.isTextsTurn(image: 0.5, text: 0.5))
    #expect(!rule.isTextsTurn(image: 0.5, text: 0.4))
    #expect(!FallbackRule(threshold: 0).asks(image: 0))
  }

  @Test func `thresholds to try pass on nobody, everybody, and shares between`() {
    let confidences = (0..<200).map { Double($0) / 200 }
    let tried = FallbackRule.candidates(confidences.reversed())
    #expect(tried.count == 101)
    #expect(tried == tried.sorted())
    for (percent, threshold) in tried.enumerated() {
      let asked = confidences.count { FallbackRule(threshold: threshold).asks(image: $0) }
      #expect(asked == 2 * percent)
    }
    #expect(FallbackRule.candidates([]) == [0, 1.0.nextUp])
    #expect(FallbackRule.candidates([1, 1, 1]) == [0, 1, 1.0.nextUp])
    #expect(FallbackRule.candidates([0.3]).count == 3)
  }

  @Test func `the best value wins, of equal ones the lowest threshold`() {
    let confidences = [0.2, 0.4, 0.6, 0.8]
    func chosen(_ value: @escaping (Double) -> Double?) -> Double {
      FallbackRule.choose(confidences) { value($0.threshold) }.threshold
    }
    #expect(chosen { $0 >= 0.4 && $0 <= 0.6 ? 2 : 1 } == 0.4)
    #expect(chosen { _ in 0.5 } == 0)
    #expect(chosen { _ in nil } == 0)
    #expect(chosen { $0 } == 1.0.nextUp)
    #expect(chosen { $0 == 0 ? nil : -1 } == 0.2)
  }
}
