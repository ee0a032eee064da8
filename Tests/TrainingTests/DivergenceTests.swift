import Files
import Foundation
import Networks
import Recipes
import Results
import Strategies
import TestSupport
import Testing
import Training

/// Runs whose numbers are not finite where no loss of a training step shows it.
@Suite struct DivergenceTests {
  private func reason(of outcome: RunOutcome) throws -> (step: Int, reason: String) {
    guard case .diverged(let step, let reason) = outcome else {
      throw UnexpectedOutcome(outcome: outcome)
    }
    return (step, reason)
  }

  /// One step on eight images: its loss is finite, and its update is far beyond what a number holds.
  @Test func `the last update is seen by the test alone, and by its weights`() throws {
    var fixture = try TrainingFixture(trainCounts: [4, 4], testCounts: [3, 3])
    fixture.recipe.split.validation = 0
    fixture.recipe.training.budget = .epochs(1)
    fixture.recipe.training.schedule = ScheduleConfiguration(curve: .constant)
    fixture.recipe.training.optimizer.learningRate = 1e38
    let data = try PreparedData(
      dataset: fixture.recipe.dataset, split: fixture.recipe.split, image: fixture.recipe.image,
      cacheFolder: fixture.folder.path, threads: 1)
    let folder = RunFolder(fixture.folder.path(of: "run"))
    for attempt in 1...2 {
      // The second goes on from the checkpoint after the last step.
      let outcome = try Trainer(
        recipe: fixture.recipe, data: data, folder: folder, threads: 1
      ).run()
      let (step, reason) = try reason(of: outcome)
      #expect(step == 1, "attempt \(attempt): \(reason)")
      #expect(reason.contains("finite number"), "\(reason)")
    }
    #expect(!FileManager.default.fileExists(atPath: folder.weights))
  }

  /// A store of an older version may have such a run as done.
  @Test(arguments: [Float.nan, .infinity])
  func `a run on weights that are no numbers diverges`(_ value: Float) throws {
    var strategy = PosthocLogitAdjustment()
    strategy.tau = 1
    let fixture = try TrainingFixture(strategy: strategy)
    var base = try #require(try fixture.base())
    let whole = try Checkpoint(readingFrom: base.weights)
    var tensors = whole.tensors
    // Of the first convolution: a ReLU takes what is no number for 0, so that logits may be finite.
    var values = tensors[0].values
    values[0] = value
    tensors[0] = NamedTensor(name: tensors[0].name, shape: tensors[0].shape, values: values)
    base.weights = fixture.folder.path(of: "wild.checkpoint")
    try Checkpoint(metadata: whole.metadata, tensors: tensors).write(to: base.weights)
    var digest = SHA256Digest()
    for tensor in tensors {
      digest.update(tensor.name)
      tensor.values.withUnsafeBytes { digest.update($0) }
    }
    base.digest = digest.finalize()
    let outcome = try Trainer(
      recipe: fixture.recipe, data: fixture.data,
      folder: RunFolder(fixture.folder.path(of: "run")), threads: 1, base: base
    ).run()
    #expect(try reason(of: outcome).reason.contains("finite number"))
  }

  @Test func `damaged weights of another run are named, with what to do`() throws {
    var strategy = PosthocLogitAdjustment()
    strategy.tau = 1
    let fixture = try TrainingFixture(strategy: strategy)
    let base = try #require(try fixture.base())
    var bytes = try Data(contentsOf: URL(fileURLWithPath: base.weights))
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: URL(fileURLWithPath: base.weights))
    let trainer = try Trainer(
      recipe: fixture.recipe, data: fixture.data,
      folder: RunFolder(fixture.folder.path(of: "run")), threads: 1, base: base)
    let error = #expect(throws: TrainingError.self) { try trainer.run() }
    #expect(error?.description.contains("\(base.weights) are damaged: its checksum") == true)
  }
}

/// What a run says of checkpoints that it could not use.
@Suite struct CheckpointNoticeTests {
  private func stop(_ fixture: TrainingFixture, after step: Int) throws -> RunOutcome {
    var steps = 0
    return try fixture.trainer("run").run(shouldStop: {
      steps += 1
      return steps == step
    })
  }

  private func damage(_ fixture: TrainingFixture, _ name: String) throws {
    let file = fixture.folder.path(of: "run/" + name)
    var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: URL(fileURLWithPath: file))
  }

  private func finish(_ fixture: TrainingFixture) throws -> (result: RunResult, told: [String]) {
    var told: [String] = []
    let outcome = try fixture.trainer("run").run(report: {
      if case .note(let text) = $0 { told.append(text) }
    })
    guard case .done(let result) = outcome else { throw UnexpectedOutcome(outcome: outcome) }
    return (result, told)
  }

  @Test func `falling back is told and noted, also when the run is stopped once more`() throws {
    let fixture = try TrainingFixture()
    let undisturbed = try fixture.result("undisturbed")
    for step in [3, 2] { _ = try stop(fixture, after: step) }
    try damage(fixture, "current.checkpoint")
    _ = try stop(fixture, after: 2)
    let (result, told) = try finish(fixture)
    #expect(told.isEmpty, "it was told by the attempt that fell back")
    #expect(result.notes.count { $0.contains("continuing from the previous checkpoint") } == 1)
    #expect(result.weightsDigest == undisturbed.weightsDigest)
  }

  @Test func `a lone damaged checkpoint is set aside, and the run starts anew`() throws {
    let fixture = try TrainingFixture()
    let undisturbed = try fixture.result("undisturbed")
    _ = try stop(fixture, after: 3)
    try damage(fixture, "current.checkpoint")
    let (result, told) = try finish(fixture)
    #expect(told.contains { $0.contains("starting anew") })
    #expect(result.notes.contains { $0.contains("starting anew") })
    #expect(result.weightsDigest == undisturbed.weightsDigest)
    #expect(undisturbed.notes.allSatisfy { !$0.contains("checkpoint") })
    let aside = fixture.folder.path(of: "run/current.checkpoint" + CheckpointFolder.damagedEnding)
    #expect(FileManager.default.fileExists(atPath: aside))
  }

  /// Whole by its checksum, and yet of no use.
  @Test func `a state that cannot be understood is set aside, too`() throws {
    let fixture = try TrainingFixture()
    let undisturbed = try fixture.result("undisturbed")
    let folder = RunFolder(fixture.folder.path(of: "run")).checkpoints
    for _ in 0..<2 { try folder.save(Checkpoint(metadata: Data("{}".utf8), tensors: [])) }
    let (result, told) = try finish(fixture)
    #expect(told.count { $0.contains("its state cannot be understood") } == 2)
    #expect(result.weightsDigest == undisturbed.weightsDigest)
  }
}
