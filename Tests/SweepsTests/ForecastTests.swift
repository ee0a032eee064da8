import Experiments
import Foundation
import Recipes
import Sweeps
import TestSupport
import Testing
import Training

/// What is found out before the night, on tiny data.
@Suite("Forecasts") struct ForecastTests {
  private struct Night {
    let folder: TemporaryFolder
    let plan: SweepPlan
    let samples: [SampledData]

    init(_ rest: String, strategies: String = "{baseline: {}, sqrt-sampling: {}}") throws {
      folder = try TemporaryFolder("forecast")
      try SyntheticImages(trainCounts: [20, 10, 6], testCounts: [4, 4, 4]).write(to: folder.path)
      let file = try folder.write(
        """
        name: night
        dataset:
          format: idx
          root: .
          train_images: \(SyntheticImages.trainImages)
          train_labels: \(SyntheticImages.trainLabels)
          test_images: \(SyntheticImages.testImages)
          test_labels: \(SyntheticImages.testLabels)
        split: {test: given, validation: 0.2}
        image: {size: 8}
        model: {architecture: cifar_resnet20}
        strategies: \(strategies)
        seeds: [1, 2]
        \(rest)

        """, to: "night.yaml")
      let experiment = try ExperimentFile.read(path: file)
      let (recipe, cache) = (experiment.recipes[0], folder.path(of: "cache"))
      samples = try experiment.datasets.map {
        try SampledData(
          dataset: $0, split: recipe.split, image: recipe.image, cacheFolder: cache, threads: 1)
      }
      plan = try SweepPlan(
        experiment, data: samples.map(\.data), workFolder: folder.path(of: "work"))
    }

    func forecast(
      memory: Int = 1 << 40, freeDisk: Int? = 1 << 40, measures: Bool = false,
      isGroupLimit: Bool = false, isOpen: (SweepPlan.PlannedRun) -> Bool = { _ in true }
    ) throws -> SweepForecast {
      let machine = MachineLimits(memory: memory, isGroupLimit: isGroupLimit)
      var meter: StepMeter? = nil
      if measures {
        meter = StepMeter(
          folder: folder.path(of: "cache"), threads: 1, machine: machine, seconds: 5)
      }
      return try SweepForecast(
        of: plan, ForecastBasis(samples),
        in: SweepForecast.Setting(machine: machine, freeDisk: freeDisk, threads: 1),
        meter: &meter, isOpen: isOpen)
    }
  }

  @Test func `strategies of one shape are one row, measured once and kept`() throws {
    let night = try Night("training: {epochs: 2, batch: 8}")
    let forecast = try night.forecast(measures: true)
    #expect(forecast.rows.count == 1)
    #expect(forecast.rows[0].strategies == ["baseline", "sqrt-sampling"])
    #expect(forecast.rows[0].runs == 4 && forecast.needs.count == 4)
    let seconds = try #require(forecast.seconds)
    let parts = forecast.needs.values.compactMap(\.seconds).reduce(forecast.decoding, +)
    #expect(abs(seconds - parts) < 1e-9 * parts)
    #expect(forecast.problems.isEmpty, "\(forecast.problems)")
    let kept = try FileManager.default.contentsOfDirectory(atPath: night.folder.path(of: "cache"))
    #expect(kept.count == 1 && kept[0].hasPrefix("measurements-"))
    #expect(
      try night.forecast(measures: true).rows[0].secondsPerStep == forecast.rows[0].secondsPerStep)
    // A file that is not as it was written counts for nothing.
    let path = night.folder.path(of: "cache/" + kept[0])
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let changed = text.replacing("\"step\":", with: "\"step\":1")
    try changed.write(toFile: path, atomically: true, encoding: .utf8)
    #expect(changed != text)
    #expect(try night.forecast(measures: true).seconds != nil)
    #expect(try String(contentsOfFile: path, encoding: .utf8) != changed)
  }

  @Test func `runs that are done need nothing`() throws {
    let night = try Night("training: {epochs: 2, batch: 8}")
    let forecast = try night.forecast { $0.recipe.seed == 2 }
    #expect(forecast.needs.count == 2 && forecast.rows[0].runs == 2)
    #expect(try night.forecast { _ in false }.seconds == nil)
  }

  @Test func `hours over a limit are warnings at the limit's line`() throws {
    let night = try Night("training: {epochs: 100000, batch: 8}\nlimits: {run: 1s, night: 2s}")
    let forecast = try night.forecast(measures: true)
    #expect(forecast.errors.isEmpty && forecast.problems.count == 2)
    let texts = forecast.problems.map(\.description)
    #expect(
      texts[0].contains("night.yaml:15:10: warning: limits.run is 1 s, and a run of baseline"))
    #expect(texts[1].contains("night.yaml:15:19: warning: limits.night is 2 s, and 4 runs take"))
  }

  @Test func `too little memory or disk is an error, each once`() throws {
    let night = try Night("training: {epochs: 2, batch: 8}")
    let forecast = try night.forecast(memory: 1_000_000, freeDisk: 1_000_000, isGroupLimit: true)
    #expect(forecast.errors.count == 2)
    let texts = forecast.errors.map(\.description)
    #expect(
      texts[0].contains("night.yaml:12:14: error: strategies.baseline (and 1 more): a run needs"))
    #expect(texts[0].contains("the control group allows 1 MB; use a smaller training.batch"))
    #expect(texts[1].contains("error: the sweep writes"), "\(texts[1])")
    #expect(texts[1].contains("1 MB are free on that disk; free some space"))
  }

  @Test func `what a strategy cannot do on the data is told with its place`() throws {
    let error = #expect(throws: ExperimentProblems.self) {
      try Night(
        "training: {images: 8, batch: 8}",
        strategies: "{baseline: {}, classifier-retraining: {}}")
    }
    let text = try #require(error?.problems.first?.description)
    #expect(error?.problems.count == 1 && error?.areAllMissing == false)
    #expect(text.contains("night.yaml:12:28: error: strategies.classifier-retraining: "), "\(text)")
  }

  @Test func `data that are not there are missing, at the key that names them`() throws {
    let folder = try TemporaryFolder("forecast")
    let file = try folder.write(
      """
      name: night
      dataset: {format: folder, root: nowhere}
      image: {size: 8}
      strategies: {baseline: {}}
      """, to: "night.yaml")
    let experiment = try ExperimentFile.read(path: file)
    let error = #expect(throws: (any Error).self) {
      try SampledData(
        dataset: experiment.datasets[0], split: experiment.recipes[0].split,
        image: experiment.recipes[0].image, cacheFolder: folder.path, threads: 1)
    }
    let located = experiment.located(try #require(error)) as? ExperimentProblems
    #expect(located?.areAllMissing == true)
    #expect(located?.description.contains("night.yaml:2:27: error: ") == true, "\(located as Any)")
  }
}

@Suite("Limits of the machine") struct MachineLimitsTests {
  /// A machine of 8 GB in files, as Linux gives them.
  private func machine(_ files: [String: String]) throws -> MachineLimits {
    let folder = try TemporaryFolder("machine")
    try folder.write(
      "MemTotal:        8000000 kB\nMemFree: 1 kB\nMemAvailable:    5000000 kB\n",
      to: "proc/meminfo")
    try folder.write("9999 250 1 1 0 1 0\n", to: "proc/self/statm")
    for (path, text) in files { try folder.write(text, to: path) }
    return .current(root: folder.path)
  }

  @Test func `without groups it is the machine's memory`() throws {
    let limits = try machine([:])
    #expect(limits.memory == 8_192_000_000 && !limits.isGroupLimit)
    #expect(limits.available == 5_120_000_000 && limits.own == 250 * 4096)
  }

  @Test func `the lowest limit on the way to the root counts`() throws {
    let second = try machine([
      "proc/self/cgroup": "0::/slurm/job_7/step_0\n",
      "sys/fs/cgroup/slurm/job_7/memory.max": "4294967296\n",
      "sys/fs/cgroup/slurm/job_7/step_0/memory.max": "max\n",
    ])
    #expect(second.memory == 4_294_967_296 && second.isGroupLimit)
    #expect(second.available == 4_294_967_296)
    let first = try machine([
      "proc/self/cgroup": "12:cpuset:/\n5:memory:/docker/abc\n",
      "sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes": "2147483648\n",
      "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
    ])
    #expect(first.memory == 2_147_483_648 && first.isGroupLimit)
    let unlimited = try machine([
      "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "max\n",
    ])
    #expect(unlimited.memory == 8_192_000_000 && !unlimited.isGroupLimit)
  }
}
