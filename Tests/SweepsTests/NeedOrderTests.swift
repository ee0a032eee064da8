import Sweeps
import Testing

/// The order of runs of which some come after others.
@Suite struct NeedOrderTests {
  private typealias Thing = (hash: String, needs: [String])

  /// The same numbers in every test (Knuth's MMIX constants, upper bits first).
  private struct Congruential: RandomNumberGenerator {
    var state: UInt64 = 22
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state.byteSwapped ^ (state >> 7)
    }
  }

  /// The rule itself, slowly: again and again the first that waits for nothing.
  private func reference(_ things: [Thing]) -> [Int] {
    var (placed, order): (Set<String>, [Int]) = ([], [])
    var waiting = Array(things.indices)
    while let index = waiting.firstIndex(where: { things[$0].needs.allSatisfy(placed.contains) }) {
      let thing = waiting.remove(at: index)
      placed.insert(things[thing].hash)
      order.append(thing)
    }
    return order
  }

  @Test func `the order is that of the rule on random graphs, with circles, twins and gaps`() {
    var generator = Congruential()
    var (whole, cut) = (0, 0)
    for _ in 0..<2_000 {
      let count = Int.random(in: 0...24, using: &generator)
      // Names are drawn anew: some things share one, and some needs name nothing.
      let names = (0..<count).map { _ in
        "h\(Int.random(in: 0...(count + count / 2), using: &generator))"
      }
      let things: [Thing] = (0..<count).map { place in
        let needs = (0..<[0, 0, 1, 1, 2].randomElement(using: &generator)!).map { _ in
          Int.random(in: 0...19) == 0 ? "none" : names.randomElement(using: &generator)!
        }
        return (names[place], needs)
      }
      let expected = reference(things)
      #expect(NeedOrder(things).order == expected, "\(things)")
      if expected.count == count { whole += 1 } else { cut += 1 }
    }
    // Both ends of the rule were met.
    #expect(whole > 100 && cut > 100)
  }

  @Test(.timeLimit(.minutes(1)))
  func `a chain of a hundred thousand in the wrong order takes no time that counts`() {
    let count = 100_000
    let things: [Thing] = (0..<count).map { ("h\($0)", $0 + 1 < count ? ["h\($0 + 1)"] : []) }
    #expect(NeedOrder(things).order == (0..<count).reversed())
    let independent: [Thing] = (0..<count).map { ("h\($0)", []) }
    #expect(NeedOrder(independent).order == Array(0..<count))
  }
}
