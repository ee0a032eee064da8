import Randomness
import Testing

@Suite struct DistributionTests {
  private let draws = 60_000

  private func generator(_ item: UInt64) -> SeededGenerator {
    SeededGenerator(seed: 5, purpose: .testing, item: item)
  }

  @Test func `uniform numbers fill 0 to 1 evenly and never reach 1`() {
    var generator = generator(1)
    var bins = Array(repeating: 0, count: 10)
    for _ in 0..<draws {
      let value = generator.uniform()
      #expect(value >= 0 && value < 1)
      bins[Int(value * 10)] += 1
    }
    // Five standard deviations of a binomial count with p = 0.1.
    let slack = 5 * (Double(draws) * 0.1 * 0.9).squareRoot()
    for bin in bins { #expect(abs(Double(bin) - Double(draws) / 10) < slack) }
  }

  @Test(arguments: [1, 2, 3, 7, 10]) func `integers below a bound are equally likely`(bound: Int) {
    var generator = generator(2)
    var counts = Array(repeating: 0, count: bound)
    for _ in 0..<draws { counts[generator.integer(below: bound)] += 1 }
    let p = 1 / Double(bound)
    let slack = 5 * (Double(draws) * p * (1 - p)).squareRoot() + 1e-9
    for count in counts { #expect(abs(Double(count) - Double(draws) * p) <= slack) }
  }

  @Test func `normal numbers have mean 0, variance 1 and the tails of a normal`() {
    var generator = generator(3)
    let values = (0..<draws).map { _ in generator.normal() }
    let mean = values.reduce(0, +) / Double(draws)
    let variance = values.reduce(0) { $0 + $1 * $1 } / Double(draws)
    let beyondTwo = Double(values.count { abs($0) > 2 }) / Double(draws)
    #expect(abs(mean) < 0.02)
    #expect(abs(variance - 1) < 0.03)
    #expect(abs(beyondTwo - 0.0455) < 0.005)
  }

  @Test func `a shuffle is a permutation, and every order of three comes equally often`() {
    var counts: [[Int]: Int] = [:]
    for item in 0..<12_000 {
      var generator = generator(UInt64(item))
      var elements = [0, 1, 2]
      generator.shuffle(&elements)
      counts[elements, default: 0] += 1
    }
    #expect(counts.count == 6)
    for count in counts.values { #expect(abs(count - 2_000) < 210) }
  }

  @Test func `the shuffle's algorithm does not drift`() {
    var generator = SeededGenerator(seed: 1, purpose: .order, epoch: 0)
    var elements = Array(0..<8)
    var replay = SeededGenerator(seed: 1, purpose: .order, epoch: 0)
    generator.shuffle(&elements)
    // Knuth's P, with the multiply-high of Lemire; no rejection happens for bounds this small.
    var expected = Array(0..<8)
    for last in stride(from: 7, through: 1, by: -1) {
      let other = Int(replay.next().multipliedFullWidth(by: UInt64(last + 1)).high)
      expected.swapAt(last, other)
    }
    #expect(elements == expected)
  }

  @Test func `names hash to FNV-1a`() {
    #expect(stableHash("") == 0xCBF2_9CE4_8422_2325)
    #expect(stableHash("a") == 0xAF63_DC4C_8601_EC8C)
    #expect(stableHash("foobar") == 0x8594_4171_F739_67E8)
  }
}
