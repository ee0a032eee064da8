import Foundation
import GRDB
import Metrics
import Results
import ResultsSQLite
import TestSupport

extension TemporaryFolder {
  /// The path of a store inside.
  func file(_ name: String = "results.sqlite") -> String { path(of: name) }
}

/// A small sweep: three classes that can be named (many, few, and one without test images) and one
/// unseen class.
enum Sample {
  /// From here on no process has a number: Linux gives none above 2^22.
  static let nobody: Int32 = 1 << 30

  static let sweep = SweepRecord(
    name: "night", file: "night.yaml", source: "name: night\n", baseline: "baseline")

  static let dataset = DatasetRecord(
    name: "shoes", digest: "d1",
    classes: [
      ClassRecord(index: 0, name: "boots", trainCount: 200, validationCount: 4, testCount: 4),
      ClassRecord(index: 1, name: "clogs", trainCount: 10, validationCount: 2, testCount: 2),
      ClassRecord(index: 2, name: "pumps", trainCount: 50, validationCount: 1, testCount: 0),
      ClassRecord(index: 3, name: "crocs", trainCount: 0, validationCount: 0, testCount: 1),
    ],
    quarantined: ["missing image": 3],
    remarks: [DatasetRemark(.quarantined, count: 3, "3 left out: missing image")])

  static let environment = EnvironmentRecord(
    host: "bench", operatingSystem: "Debian 12", processor: "x", cores: 2, memoryMB: 8000,
    swift: "6.3", toolVersion: "0.1", blas: "OpenBLAS", threads: 2, gitCommit: "0123456789",
    gitDirty: true)

  static func run(
    _ strategy: String, seed: UInt64 = 1, variant: String = "", sweep: String = "night"
  ) -> RunDescription {
    RunDescription(
      sweep: sweep, name: "\(strategy)\(variant)-s\(seed)", strategy: strategy, variant: variant,
      seed: seed, configHash: "c-\(strategy)-\(variant)-\(seed)",
      groupHash: "g-\(strategy)-\(variant)",
      configuration:
        #"{"overrides":["training.batch"],"seed":\#(seed),"training":{"batch":64,"nesterov":true}}"#,
      sweptKeys: ["training.batch"], dataset: dataset, epochsPlanned: 2, imagesPlanned: 520)
  }

  static func epoch(_ number: Int, isBest: Bool = true) -> EpochRecord {
    var validation = HeadlineMetrics(images: 7, unseenImages: 0)
    validation.accuracy = 0.1 * Double(number)
    validation.macroRecall = 0.2 * Double(number)
    validation.macroF1 = 0.3
    validation.loss = 1.5
    return EpochRecord(
      epoch: number, imagesSeen: 260 * number, trainLoss: 2 / Double(number),
      validation: validation, learningRate: 0.05, imagesPerSecond: 100, seconds: 2.6,
      finishedAt: "2026-11-23T01:0\(number):00Z", isBest: isBest)
  }

  /// Boots: 3 of 4 right, the fourth taken for clogs when `clogs` is 2; clogs: `clogs` of 2 right.
  static func tally(clogs: Int) -> EvaluationTally {
    var tally = EvaluationTally(
      classCount: 3, unseenCount: 1, groups: dataset.classes.map(\.group), topCount: 2)
    let truths = [0, 0, 0, 0, 1, 1, 3]
    let guesses = [0, 0, 0, 1, clogs > 0 ? 1 : 0, clogs > 1 ? 1 : 0, 1]
    for (index, (truth, guess)) in zip(truths, guesses).enumerated() {
      let logits: [Float] = (0..<3).map { $0 == guess ? 2 : $0 == 2 ? 1 : 0 }
      logits.withUnsafeBufferPointer {
        tally.add(logits: $0, trueClass: truth, exampleID: "img-\(index)", keepsPrediction: true)
      }
    }
    return tally
  }

  static func result(clogs: Int = 1) -> RunResult {
    let tally = tally(clogs: clogs)
    var result = RunResult(
      bestEpoch: 2, imagesSeen: 520, steps: 9, validation: tally.evaluation(),
      test: tally.evaluation(), predictions: tally.predictions,
      classMass: ClassMass(
        sampled: [0.5, 0.3, 0.2], weights: [1, 2, 1], effective: [0.4, 0.4, 0.2]),
      lossReduction: "mean_over_examples", kernels: ["winograd": 12, "gemm": 40],
      notes: ["class 'crocs' has no training image"], seconds: 90, imagesPerSecond: 100,
      peakMemoryMB: 512, weightsDigest: "w1", weightsPath: "weights/w1.safetensors")
    result.figures = ["fallback.asked": 0.25]
    result.classMass.drawn = [0.7, 0.2, 0.1]
    result.classMass.realised = [0.6, 0.25, 0.15]
    let early = ClassMass(
      sampled: [0.8, 0.1, 0.1], weights: [1, 1, 1], effective: [0.8, 0.1, 0.1])
    result.classMass.phases = [
      PhaseMass(
        phase: 1, steps: 7, promise: early, draws: [42, 7, 7], realised: [0.75, 0.125, 0.125]),
      PhaseMass(
        phase: 2, steps: 2, promise: result.classMass, draws: [8, 4, 4],
        realised: [0.375, 0.5, 0.125]),
    ]
    result.guesses = tally.guesses
    return result
  }
}

extension RunStore {
  /// Takes a run through its life to `done`.
  @discardableResult
  func complete(_ run: RunDescription, clogs: Int = 1) throws -> RunID {
    let id = try enqueue(run)
    try begin(id, environment: Sample.environment, processID: 1)
    try append(Sample.epoch(1), to: id)
    try append(Sample.epoch(2), to: id)
    try finish(id, .done(Sample.result(clogs: clogs)))
    return id
  }
}

/// A second look at a file, as another program would have it.
func query(_ path: String, _ sql: String) throws -> [Row] {
  var configuration = Configuration()
  configuration.readonly = true
  configuration.busyMode = .timeout(10)
  // What a careful reader sets, the views must bear.
  configuration.prepareDatabase { try $0.execute(sql: "PRAGMA trusted_schema = OFF") }
  return try DatabaseQueue(path: path, configuration: configuration).read {
    try Row.fetchAll($0, sql: sql)
  }
}

/// A query's rows as `sqlite3` lists them: cells between bars, `NULL` as `-`.
func lines(_ path: String, _ sql: String) throws -> [String] {
  try query(path, sql).map { row in
    row.databaseValues.map { value -> String in
      switch value.storage {
      case .null: "-"
      case .int64(let integer): String(integer)
      case .double(let number): String(number)
      case .string(let text): text
      case .blob(let data): "\(data.count) bytes"
      }
    }.joined(separator: "|")
  }
}
