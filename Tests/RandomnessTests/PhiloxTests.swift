import Foundation
import Randomness
import TestSupport
import Testing

@Suite struct PhiloxTests {
  struct Case: Decodable {
    var counter: [String]
    var key: [String]
    var block: [String]
  }

  @Test func `blocks are those of NumPy`() throws {
    let cases = try fixture("philox.json", as: [Case].self)
    #expect(cases.count == 5)
    for example in cases {
      let counter = example.counter.map { UInt64($0, radix: 16)! }
      let key = example.key.map { UInt64($0, radix: 16)! }
      let block = Philox.block(
        counter: (counter[0], counter[1], counter[2], counter[3]), key: (key[0], key[1]))
      let words = [block.0, block.1, block.2, block.3].map { word in
        let text = String(word, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
      }
      #expect(words == example.block, "counter \(example.counter)")
    }
  }

  @Test func `a stream is its blocks in order`() {
    var generator = SeededGenerator(seed: 42, purpose: .order, epoch: 3, item: 2)
    for index in 0..<3 {
      let block = Philox.block(
        counter: (UInt64(index), 2, 3, 0), key: (42, RandomPurpose.order.rawValue))
      let words = (0..<4).map { _ in generator.next() }
      #expect(words == [block.0, block.1, block.2, block.3])
    }
  }

  @Test func `purposes, epochs and items never share a stream`() {
    var seen: Set<UInt64> = []
    var streams = 0
    for purpose in RandomPurpose.allCases {
      for epoch in 0..<3 {
        for item: UInt64 in 0..<3 {
          var generator = SeededGenerator(seed: 1, purpose: purpose, epoch: epoch, item: item)
          seen.insert(generator.next())
          streams += 1
        }
      }
    }
    #expect(seen.count == streams)
  }
}
