import Weights

/// How far a replay is from what PyTorch wrote, group by group.
struct ParityReport: Encodable {
  /// What is judged by one bound.
  struct Group: Encodable {
    var name: String
    /// The tensors in a case, `expected/<key>…`.
    var key: String
    /// The largest ‖ours − theirs‖ / ‖theirs‖ that passes.
    var bound: Double
    /// The same of PyTorch's single precision against its double precision, where the case says.
    var noise: Double?
    var tensors = 0
    /// The largest; nil where a number of ours is not finite.
    var worst: Double? = 0
    /// Whose error it is.
    var tensor = ""

    var passes: Bool { tensors > 0 && (worst ?? .infinity) <= bound }

    private enum CodingKeys: String, CodingKey {
      case name, bound, noise, tensors, worst, tensor, passes
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(name, forKey: .name)
      try container.encode(bound, forKey: .bound)
      try container.encodeIfPresent(noise, forKey: .noise)
      try container.encode(tensors, forKey: .tensors)
      try container.encode(worst, forKey: .worst)
      try container.encode(tensor, forKey: .tensor)
      try container.encode(passes, forKey: .passes)
    }
  }

  var title: String
  private(set) var groups: [Group] = [
    Group(name: "losses", key: "loss", bound: 1e-4),
    Group(name: "logits", key: "logits", bound: 1e-4),
    Group(name: "gradients", key: "gradient", bound: 1e-3),
    Group(name: "final weights", key: "final", bound: 1e-4),
    Group(name: "evaluation logits", key: "eval_logits", bound: 1e-4),
  ]

  init(title: String, metadata: [String: String]) {
    self.title = title
    for index in groups.indices {
      groups[index].noise = metadata["noise_\(groups[index].key)"].flatMap(Double.init)
    }
  }

  /// Whether every group is within its bound.
  var passes: Bool { groups.allSatisfy(\.passes) }

  /// Notes the error of a tensor of ours, which is `expected/<key>` or `expected/<key>/…`.
  mutating func compare(_ values: [Float], with expected: StoredTensor) {
    let key = expected.name.split(separator: "/")[1]
    let index = groups.firstIndex { $0.key == key }!
    let error = Self.relativeError(of: values, from: expected.floats())
    groups[index].tensors += 1
    guard let worst = groups[index].worst else { return }
    if error.map({ $0 >= worst }) ?? true {
      (groups[index].worst, groups[index].tensor) = (error, expected.name)
    }
  }

  /// ‖actual − expected‖ / ‖expected‖; the norm itself where nothing but zeros is expected; nil if
  /// a number is not finite.
  static func relativeError(of actual: [Float], from expected: [Float]) -> Double? {
    var (squares, total) = (0.0, 0.0)
    for (value, wanted) in zip(actual, expected) {
      squares += (Double(value) - Double(wanted)) * (Double(value) - Double(wanted))
      total += Double(wanted) * Double(wanted)
    }
    let error = total > 0 ? (squares / total).squareRoot() : squares.squareRoot()
    return error.isFinite ? error : nil
  }

  /// A line a group.
  func print() {
    Swift.print(title)
    Swift.print("  group              tensors  worst error    bound  PyTorch's noise")
    for group in groups {
      Swift.print(
        "  " + column(group.name, 17, left: true) + column("\(group.tensors)", 9)
          + column(group.worst.map(scientific) ?? "not finite", 13)
          + column(scientific(group.bound), 9) + column(group.noise.map(scientific) ?? "", 17)
          + (group.passes ? "  " : "  EXCEEDED  ") + group.tensor)
    }
  }

  private func scientific(_ value: Double) -> String {
    guard value > 0 else { return "0" }
    var (mantissa, exponent) = (value, 0)
    while mantissa >= 9.95 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
    while mantissa < 0.995 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
    return "\(fixed(mantissa, 1))e\(exponent)"
  }
}
