#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

// The standard library does not promise that `random(in:using:)` and `shuffle(using:)` keep
// their algorithms, so the few that reproducibility rests on are written here.
extension SeededGenerator {
  /// A uniform number in [0, 1) with 53 random bits.
  public mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// A uniform number in [`low`, `high`).
  public mutating func uniform(in range: Range<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// A uniform integer in 0..<`bound`, without bias (Lemire 2019, arXiv 1805.10941).
  ///
  /// - Precondition: `bound` is positive.
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0, "the bound of a random integer must be positive")
    let range = UInt64(bound)
    var product = next().multipliedFullWidth(by: range)
    if product.low < range {
      let threshold = (0 &- range) % range
      while product.low < threshold { product = next().multipliedFullWidth(by: range) }
    }
    return Int(product.high)
  }

  /// `true` with the given probability.
  public mutating func chance(_ probability: Double) -> Bool { uniform() < probability }

  /// A standard normal number (Box–Muller; the second of the pair is discarded, so that every
  /// call consumes exactly two words).
  public mutating func normal() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * Double.pi * uniform())
  }

  /// Shuffles in place (Fisher–Yates from the end, as in Knuth, TAOCP 3.4.2 P).
  public mutating func shuffle<Element>(_ elements: inout [Element]) {
    var last = elements.count - 1
    while last > 0 {
      elements.swapAt(last, integer(below: last + 1))
      last -= 1
    }
  }
}

/// A 64-bit hash of a name that never changes (FNV-1a), to key a stream by a parameter's name.
public func stableHash(_ name: String) -> UInt64 {
  name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
}
