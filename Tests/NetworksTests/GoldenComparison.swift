import TestSupport
import Testing

/// Relative errors of whole tensors, by kind and name.
struct GoldenComparison {
  var errors: [String: [(error: Double, name: String)]] = [:]

  mutating func compare(_ golden: Golden.NetworkCase, _ name: String, _ values: [Float]) {
    let kind = String(name.prefix { $0 != "/" })
    let error = golden.tensors[name]?.error(of: values, named: name) ?? .infinity
    errors[kind, default: []].append((error, name))
  }

  /// What the worst tensor of a kind may be off: 1e-4 for logits and statistics, 1e-3 for
  /// gradients, or where PyTorch's own single precision is further from its double precision,
  /// five times that.
  ///
  /// Three steps of training are chaotic: a ReLU that turns over in the second shows in whole
  /// tensors, and AdamW divides small gradients by small gradients. There the median tensor's
  /// change must be right to 1e-2 and the worst be recognisable; the rules themselves are tested
  /// to the last digits elsewhere.
  private static func tolerances(
    _ kind: String, _ golden: Golden.NetworkCase
  ) -> (median: Double, worst: Double) {
    let yardstick = 5 * (golden.singlePrecision[kind] ?? 0)
    switch kind {
    case "sgd", "adamw": return (1e-2, 0.3)
    // Those of later steps follow the chaotic weights; the first step's follow from the logits.
    case "losses", "evaluation": return (1e-3, max(1e-3, yardstick))
    case "gradient": return (1e-3, max(1e-3, yardstick))
    default: return (1e-4, max(1e-4, yardstick))
    }
  }

  /// Expects every kind within its tolerances, and prints the errors.
  func check(_ golden: Golden.NetworkCase, _ title: String = "") {
    #expect(Set(errors.keys) == Set(golden.singlePrecision.keys))
    var lines = ["\(golden.name)\(title), relative errors: median, worst, PyTorch's own worst"]
    for (kind, errors) in errors.sorted(by: { $0.key < $1.key }) {
      let sorted = errors.sorted { $0.error < $1.error }
      let tolerances = Self.tolerances(kind, golden)
      let (median, worst) = (sorted[sorted.count / 2], sorted[sorted.count - 1])
      #expect(median.error < tolerances.median, "median of \(kind)")
      #expect(worst.error < tolerances.worst, "\(worst.name)")
      let numbers = [median.error, worst.error, golden.singlePrecision[kind] ?? 0]
      lines.append("  \(kind): " + numbers.map(inShort).joined(separator: ", ") + ", \(worst.name)")
    }
    print(lines.joined(separator: "\n"))
  }
}
