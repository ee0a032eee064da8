import Metrics
import Reports
import Results

/// Made-up evidence for the runs of `SampleRuns.night`.
enum SampleEvidence {
  /// - Parameter epochs: of each finished run; the third validation figure is undefined.
  static func of(_ comparison: Comparison, epochs: Int = 8) -> Evidence {
    var evidence = Evidence()
    for strategy in comparison.strategies {
      for run in strategy.runs {
        evidence.curves[run.id] = (1...max(epochs, 1)).prefix(epochs).map { number in
          var validation = HeadlineMetrics(images: 100)
          validation.loss = 2 / Double(number)
          validation.macroRecall = number == 3 ? nil : 0.1 + 0.05 * Double(number)
          return EpochRecord(
            epoch: number, imagesSeen: 6000 * number,
            trainLoss: number == 2 ? .nan : 2.5 / Double(number), validation: validation,
            learningRate: 0.05 / Double(number), imagesPerSecond: 100, seconds: 1,
            finishedAt: "2026-11-23T01:02:03Z", isBest: true)
        }
        evidence.masses[run.id] = mass(of: run)
        evidence.reliability[run.id] = reliability
        _ = evidence.add(confusion(of: run), of: run, as: strategy.name, in: comparison)
      }
    }
    return evidence
  }

  /// Class-balanced for oversampling, the natural share for the others.
  static func mass(of run: RunSummary) -> ClassMass {
    let counts = run.classRecords.map { Double($0.trainCount) }
    let seen = Double(counts.count { $0 > 0 })
    let total = counts.reduce(0, +)
    let shares = counts.map { count in
      count == 0 ? 0 : run.strategy == "oversampling" ? 1 / seen : count / total
    }
    var mass = ClassMass(
      sampled: shares, weights: counts.map { _ in 1 }, effective: shares)
    if run.strategy == "oversampling" {
      mass.realised = shares
      mass.phases = [60, 20].enumerated().map { place, steps in
        PhaseMass(
          phase: place + 1, steps: steps, promise: mass, draws: counts.map { _ in 8 },
          realised: shares)
      }
    }
    return mass
  }

  /// The wrong images of each class are taken for the class after it.
  static func confusion(of run: RunSummary) -> ConfusionMatrix {
    let seen = run.classRecords.count { $0.trainCount > 0 }
    var matrix = ConfusionMatrix(classCount: seen, unseenCount: run.classRecords.count - seen)
    for metrics in run.classes where metrics.classIndex < seen {
      let index = metrics.classIndex
      matrix[index, index] = metrics.correct
      matrix[index, (index + 1) % seen] += metrics.support - metrics.correct
    }
    if seen < run.classRecords.count { matrix[seen, 0] = 4 }
    return matrix
  }

  static var reliability: [ShotGroup: ReliabilityBins] {
    var bins = ReliabilityBins()
    bins.add(images: 20, right: 12, confidence: 14, toBin: 10)
    bins.add(images: 5, right: 5, confidence: 4.9, toBin: 14)
    return [.many: bins, .medium: bins]
  }
}
