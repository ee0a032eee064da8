#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Maps values to positions on an axis.
public struct Scale: Hashable, Sendable {
  /// How values are spaced.
  public enum Kind: Hashable, Sendable {
    case linear
    /// Of the logarithm; values of the domain are above zero.
    case logarithmic
  }

  public let kind: Kind
  /// The smallest and largest value.
  public let domain: ClosedRange<Double>
  /// Positions of the smallest and of the largest value; the second may be the smaller number, as on
  /// an upward axis of SVG.
  public let range: (from: Double, to: Double)

  /// - Parameter domain: widened where it is a single value, so that every value has a position; of a
  ///   logarithmic scale both ends must be above zero.
  public init(
    _ domain: ClosedRange<Double>, from: Double, to: Double, kind: Kind = .linear
  ) {
    self.kind = kind
    if domain.lowerBound < domain.upperBound {
      self.domain = domain
    } else if kind == .logarithmic {
      self.domain = domain.lowerBound / 2...domain.lowerBound * 2
    } else {
      self.domain = domain.lowerBound - 0.5...domain.lowerBound + 0.5
    }
    range = (from, to)
  }

  /// The position of a value; values beyond the domain lie beyond the range.
  public func callAsFunction(_ value: Double) -> Double {
    let (low, high) = (warp(domain.lowerBound), warp(domain.upperBound))
    return range.from + (warp(value) - low) / (high - low) * (range.to - range.from)
  }

  private func warp(_ value: Double) -> Double {
    kind == .linear ? value : log(value)
  }

  public static func == (a: Scale, b: Scale) -> Bool {
    a.kind == b.kind && a.domain == b.domain && a.range == b.range
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(kind)
    hasher.combine(domain)
  }
}

extension Scale {
  /// Round values within the domain, ascending: about `count` of them, 1, 2 or 5 times a power of ten
  /// apart; on a logarithmic scale 1, 2 and 5 times powers of ten, or the powers alone where these
  /// are enough.
  public func ticks(_ count: Int = 5) -> [Double] {
    kind == .linear ? linearTicks(max(count, 1)) : logarithmicTicks(max(count, 1))
  }

  private func linearTicks(_ count: Int) -> [Double] {
    let span = domain.upperBound - domain.lowerBound
    let rough = span / Double(count)
    let power = pow(10, floor(log10(rough)))
    let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough * 0.999_999 } ?? rough
    let first = (domain.lowerBound / step - 1e-9).rounded(.up)
    let last = (domain.upperBound / step + 1e-9).rounded(.down)
    guard first <= last else { return [] }
    return stride(from: first, through: last, by: 1).map { $0 * step }
  }

  private func logarithmicTicks(_ count: Int) -> [Double] {
    let first = Int(floor(log10(domain.lowerBound) - 1e-9))
    let last = Int(ceil(log10(domain.upperBound) + 1e-9))
    func values(_ factors: [Double]) -> [Double] {
      (first...last).flatMap { power in factors.map { $0 * pow(10, Double(power)) } }
        .filter { $0 >= domain.lowerBound * 0.999_999 && $0 <= domain.upperBound * 1.000_001 }
    }
    let choices = [[1, 2, 5], [1, 3], [1]].map(values)
    return choices.first { $0.count <= count + 1 } ?? choices[2]
  }
}
