/// What a golden comparison of a strategy looks at.
public enum GoldenAspect: String, Sendable, CaseIterable {
  /// A loss, relative.
  case value
  /// Its gradient, relative to the largest entry.
  case gradient
  /// Weights of classes, relative.
  case weights
  /// Shares of the draws, relative.
  case mass
  /// The draws themselves: the share that differs.
  case order
  /// Partners, boxes and label shares of mixed batches; absolute.
  case mixes
  /// Augmented pixels of 0…1; absolute.
  case images
  /// Logits of a classifier that is changed after training, relative to the largest.
  case logits
  /// Its choices: the share that differs.
  case choices
  /// Weights after steps of an optimiser, relative to the largest.
  case steps
}

/// The worst errors of golden comparisons by strategy, printed so that `make proofs` can collect
/// them into `Docs/strategies.md`.
public struct GoldenNotes {
  private var worst: [String: [GoldenAspect: Double]] = [:]
  private let reference: String

  /// Notes on comparisons with something, such as `PyTorch's autograd`.
  public init(against reference: String) { self.reference = reference }

  /// Notes an error; the worst of a strategy and aspect is kept.
  public mutating func add(_ strategy: String, _ aspect: GoldenAspect, _ error: Double) {
    let before = worst[strategy]?[aspect] ?? 0
    worst[strategy, default: [:]][aspect] = before.isNaN || error.isNaN ? .nan : max(before, error)
  }

  /// The strategies that have a note.
  public var strategies: Set<String> { Set(worst.keys) }

  /// One line a strategy and aspect: `golden NAME | ASPECT | ERROR | REFERENCE`.
  public var lines: [String] {
    worst.sorted { $0.key < $1.key }.flatMap { name, errors in
      GoldenAspect.allCases.compactMap { aspect in
        errors[aspect].map { "golden \(name) | \(aspect.rawValue) | \($0) | \(reference)" }
      }
    }
  }

  /// Prints the lines in one piece: tests run side by side.
  public func show() { print(lines.joined(separator: "\n")) }
}
