import Datasets
import Randomness

// Whether two samplers draw the same images.
extension PlanProbe {
  /// By the orders themselves and the promised masses; a sampler that changes by its stored values.
  func drawAlike(_ a: any Sampler, _ b: any Sampler) -> Bool {
    if StructuralDigest.areEqual(a, b) { return true }
    guard isFixed(a), isFixed(b), massesAgree(a.classMass(for: census), b.classMass(for: census))
    else { return false }
    return (0..<4).allSatisfy { pass in order(of: a, pass: pass) == order(of: b, pass: pass) }
  }

  private func order(of sampler: any Sampler, pass: Int) -> [Int] {
    var generator = SeededGenerator(seed: 21, purpose: .order, epoch: pass)
    let moment = SamplingMoment(pass: pass, progress: Double(pass) / 4, epochShare: 0.25)
    return sampler.order(of: split, at: moment, using: &generator)
  }

  /// Whether a sampler draws in the same way for the whole run: it never changes, or what it waits
  /// for never comes.
  func isFixed(_ sampler: any Sampler) -> Bool {
    !sampler.readsErrors && (!sampler.changes || !hasValidation && followsRecallOnly(sampler))
  }

  /// Whether nothing but the recalls of validations changes a sampler's masses.
  func followsRecallOnly(_ sampler: any Sampler) -> Bool {
    guard sampler.changes, !sampler.readsErrors else { return false }
    let first = masses(sampler, progress: 0, pass: 0, recall: nil)
    let later = [(0.3, 1), (0.6, 5), (1, 9)].map {
      masses(sampler, progress: $0.0, pass: $0.1, recall: nil)
    }
    guard later.allSatisfy({ massesAgree($0, first) }) else { return false }
    return recalls.contains {
      !massesAgree(masses(sampler, progress: 0, pass: 0, recall: $0), first)
    }
  }

  /// Whether a phase draws each class as often as it has images, whatever is known meanwhile.
  func drawsBySize(_ sampler: any Sampler) -> Bool {
    guard !sampler.readsErrors else { return false }
    let shares = EveryExampleOnce().classMass(for: census)
    guard sampler.changes else { return massesAgree(sampler.classMass(for: census), shares) }
    let heard: [[Double?]?] = hasValidation ? [nil] + recalls.map(Optional.some) : [nil]
    return [(0, 0), (0.3, 1), (0.6, 5), (1, 9)].allSatisfy { progress, pass in
      heard.allSatisfy {
        massesAgree(masses(sampler, progress: progress, pass: pass, recall: $0), shares)
      }
    }
  }

  private func masses(
    _ sampler: any Sampler, progress: Double, pass: Int, recall: [Double?]?
  ) -> [Double] {
    sampler.classMass(
      at: SamplingMoment(
        pass: pass, progress: progress, epochShare: 0.25,
        feedback: recall.map { ValidationFeedback(recall: $0) }), for: census)
  }

  /// Recalls that tell classes apart.
  private var recalls: [[Double?]] {
    let count = census.classCount
    return [
      (0..<count).map { Double($0 + 1) / Double(count + 1) },
      (0..<count).map { $0 % 2 == 0 ? 0.9 : 0.1 },
    ]
  }

  private func massesAgree(_ a: [Double], _ b: [Double]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= 1e-12 + 1e-9 * max($0, $1) }
  }
}
