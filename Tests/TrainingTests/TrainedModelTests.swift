import Files
import Foundation
import Images
import Networks
import Recipes
import Results
import TestSupport
import Testing
import Training

@Suite struct TrainedModelTests {
  /// A finished run with its predictions and the pictures they are of.
  private struct Finished {
    var fixture: TrainingFixture
    let result: RunResult
    let model: TrainedModel

    init() throws {
      fixture = try TrainingFixture()
      fixture.recipe.storesPredictions = true
      result = try fixture.result("first")
      model = try TrainedModel(
        recipe: fixture.recipe, weightsAt: try #require(result.weightsPath),
        digest: result.weightsDigest)
    }

    var folder: TemporaryFolder { fixture.folder }
  }

  @Test func `new images are seen as evaluation saw them`() throws {
    let finished = try Finished()
    let images = try IDXFile(path: finished.folder.path(of: SyntheticImages.testImages))
    #expect(finished.result.predictions.count == images.count)
    var paths: [String] = []
    for index in 0..<images.count {
      let rgb = try images.item(at: index).flatMap { [$0, $0, $0] }
      paths.append(
        try finished.folder.write(
          PNGMaker.encode(height: 8, width: 8, rgb: rgb), to: "test \(index).png"))
    }
    let results = try finished.model.predict(paths, threads: 2)
    let byID = Dictionary(
      uniqueKeysWithValues: finished.result.predictions.map { ($0.exampleID, $0) })
    for (index, result) in results.enumerated() {
      let prediction = try result.get()
      let stored = try #require(byID["test/\(index)"], "\(byID.keys.sorted().prefix(3))")
      #expect(prediction.best(5) == stored.classes, "\(index)")
      for (place, index) in stored.classes.enumerated() {
        #expect(abs(prediction.probabilities[index] - stored.probabilities[place]) < 1e-5)
      }
    }
  }

  @Test func `an image that cannot be read does not disturb the others`() throws {
    let finished = try Finished()
    let picture = PNGMaker.encode(
      height: 20, width: 30, rgb: (0..<1_800).map { UInt8($0 * 7 % 256) })
    let good = try finished.folder.write(picture, to: "good.png")
    let bad = try finished.folder.write("no picture", to: "bad.png")
    let results = try finished.model.predict([good, bad, "/nowhere.png", good], threads: 1)
    #expect(results.count == 4)
    let (first, last) = (try results[0].get(), try results[3].get())
    #expect(first.logits == last.logits && first.probabilities.reduce(0, +) > 0.999)
    #expect(throws: ImageError.self) { try results[1].get() }
    #expect(throws: ImageError.self) { try results[2].get() }
    #expect(try finished.model.predict([good], threads: 1)[0].get().logits.count == 4)
    #expect(try finished.model.predict([], threads: 1).isEmpty)
  }

  @Test func `an exported run is what the next one starts from`() throws {
    let finished = try Finished()
    let path = finished.folder.path(of: "weights.safetensors")
    try finished.model.export(to: path, imagesSeen: 80, facts: ["run": "1"])
    var next = finished.fixture
    next.recipe.model.weights = WeightSource(
      path: path, digest: try PretrainedWeights(path: path).digest)
    let result = try next.result("second")
    #expect(result.notes.contains { $0.contains("head included") }, "\(result.notes)")
    #expect(result.weightsDigest != finished.result.weightsDigest)
    #expect(try next.result("again", threads: 2).weightsDigest == result.weightsDigest)
    // Steps of no length leave what was loaded.
    next.recipe.training.optimizer.learningRate = 1e-30
    next.recipe.training.optimizer.weightDecay = 0
    _ = try next.result("still")
    let (first, still) = try (weights(of: "first", finished), weights(of: "still", finished))
    #expect(first.count == still.count && first.count > 60)
    for (name, values) in first where !name.contains("running") {
      #expect(still[name] == values, "\(name)")
    }
    next.recipe.model.weights?.digest = "0"
    #expect(throws: (any Error).self) { try next.trainer("fourth") }
  }

  private func weights(of run: String, _ finished: Finished) throws -> [String: [Float]] {
    let file = RunFolder(finished.folder.path(of: run)).weights
    return Dictionary(
      uniqueKeysWithValues: try Checkpoint(readingFrom: file).tensors.map { ($0.name, $0.values) })
  }

  @Test func `weights of another run are refused`() throws {
    let finished = try Finished()
    let error = #expect(throws: TrainingError.self) {
      try TrainedModel(
        recipe: finished.fixture.recipe, weightsAt: try #require(finished.result.weightsPath),
        digest: String(repeating: "0", count: 64))
    }
    #expect(error?.description.contains("not those of this run") == true)
  }
}
