import Experiments
import Recipes
import Training

/// What a forecast has to say, each thing once, however many strategies it is about.
struct Findings {
  private let experiment: Experiment
  /// Sentence → labels, in the order of the first.
  private var sentences: [(text: String, severity: Problem.Severity, labels: [String])] = []
  private var others: [Problem] = []
  private var overRun: [String] = []
  private var longestRun = 0.0

  init(_ experiment: Experiment) { self.experiment = experiment }

  /// Errors first, then warnings, then notes.
  var all: [Problem] {
    var problems = sentences.map { sentence in
      let (first, count) = (sentence.labels[0], sentence.labels.count)
      let more = count > 1 ? " (and \(count - 1) more)" : ""
      let label = first.prefix { $0 != "," }
      return Problem(
        sentence.severity, at: experiment.marks.place(of: "strategies.\(label)"),
        message: "strategies.\(first)\(more): \(sentence.text)")
    }
    if let limit = experiment.limits.run, !overRun.isEmpty {
      problems.append(
        Problem(
          .warning, at: experiment.marks.place(of: "limits.run"),
          message: "limits.run is \(Wording.hours(limit)), and a run of "
            + "\(overRun.joined(separator: ", ")) takes about \(Wording.hours(longestRun))",
          hint: "such a run is stopped and counts as failed"))
    }
    problems += others
    return [.error, .warning, .note].flatMap { severity in
      problems.filter { $0.severity == severity }
    }
  }

  /// Adds a sentence about a strategy.
  mutating func add(
    _ recipe: Recipe, _ text: String, as severity: Problem.Severity = .error
  ) {
    let label = recipe.stagedLabel
    guard let index = sentences.firstIndex(where: { $0.text == text }) else {
      return sentences.append((text, severity, [label]))
    }
    if !sentences[index].labels.contains(label) { sentences[index].labels.append(label) }
  }

  mutating func checkMemory(_ recipe: Recipe, _ memory: RunMemory, _ machine: MachineLimits) {
    let size = ActivationPlan.text(bytes:)
    let need = memory.own + machine.own
    let owner = machine.isGroupLimit ? "the control group allows" : "the machine has"
    if need > machine.memory {
      add(
        recipe,
        "a run needs \(size(need)) of memory, and \(owner) \(size(machine.memory)); use a smaller "
          + "training.batch, smaller images or a smaller network")
    } else if need + memory.pixels > machine.memory {
      add(
        recipe,
        "a run needs \(size(need)) of memory and reads \(size(memory.pixels)) of pixels, and \(owner) "
          + "\(size(machine.memory)): pixels will be read from the disk again and again",
        as: .warning)
    } else if let available = machine.available, need > available {
      add(
        recipe,
        "a run needs \(size(need)) of memory, and \(size(available)) are free now; end other programs",
        as: .warning)
    }
  }

  mutating func checkRun(_ recipe: Recipe, seconds: Double?) {
    guard let limit = experiment.limits.run, let seconds, seconds > limit else { return }
    longestRun = max(longestRun, seconds)
    if !overRun.contains(recipe.stagedLabel) { overRun.append(recipe.stagedLabel) }
  }

  mutating func checkNight(_ seconds: Double?, runs: Int) {
    guard let limit = experiment.limits.night, let seconds, seconds > limit else { return }
    others.append(
      Problem(
        .warning, at: experiment.marks.place(of: "limits.night"),
        message: "limits.night is \(Wording.hours(limit)), and \(runs) runs take about "
          + "\(Wording.hours(seconds))",
        hint: "the same command goes on where the night ended"))
  }

  mutating func checkDisk(_ need: DiskNeed, pixels: Int, free: Int?) {
    guard let free else { return }
    let size = ActivationPlan.text(bytes:)
    let sure = need.weights + need.checkpoints + pixels
    let parts =
      "weights \(size(need.weights)), checkpoints \(size(need.checkpoints)), pixels \(size(pixels))"
    if sure > free {
      others.append(
        Problem(
          at: Place(file: experiment.file),
          message:
            "the sweep writes \(size(sure)) (\(parts)), and \(size(free)) are free on that disk",
          hint: "free some space, or give --results another folder"))
    } else if sure + need.activations > free {
      others.append(
        Problem(
          .warning, at: experiment.marks.place(of: "model.cache_limit"),
          message:
            "activations of the frozen trunk take \(size(need.activations)) beside \(parts), and "
            + "\(size(free)) are free on that disk",
          hint: "what has no room is computed again in every epoch; lower model.cache_limit"))
    }
  }

  mutating func noteScaled(_ row: SweepForecast.Row) {
    guard let words = row.scaledFrom else { return }
    others.append(
      Problem(
        .note,
        at: experiment.marks.place(of: "strategies.\(row.strategies[0].prefix { $0 != "," })"),
        message:
          "strategies.\(row.strategies[0]): the time of a step was put together from \(words)",
        hint: "it may be off by more than a fifth"))
  }
}

/// Durations in sentences.
enum Wording {
  /// Such as `45 s`, `12 min`, `7.5 h`.
  static func hours(_ seconds: Double) -> String {
    func tenths(_ value: Double) -> String {
      let number = Int((value * 10).rounded())
      return number % 10 == 0 ? "\(number / 10)" : "\(number / 10).\(number % 10)"
    }
    if seconds < 120 { return "\(Int(seconds.rounded())) s" }
    return seconds < 7200 ? "\(tenths(seconds / 60)) min" : "\(tenths(seconds / 3600)) h"
  }
}
