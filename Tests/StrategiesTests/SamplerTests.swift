import Datasets
import Randomness
import Strategies
import TestSupport
import Testing

@Suite("Samplers") struct SamplerTests {
  private let census = ClassCensus(counts: [40, 10, 0, 4, 1])

  private func drawn(_ order: [Int]) -> [Int] {
    let examples = census.split.examples
    return order.reduce(into: Array(repeating: 0, count: 5)) { $0[examples[$1].classIndex] += 1 }
  }

  @Test("The neutral pass draws every image once")
  func neutral() {
    #expect(EveryExampleOnce().probe(census, pass: 0).sorted() == Array(0..<55))
  }

  @Test("Class-balanced passes are as long as the split and leave empty classes out")
  func classBalanced() throws {
    let sampler = try ClassBalancedSampling().sampler(for: census)
    #expect(sampler.classMass(for: census) == [0.25, 0.25, 0, 0.25, 0.25])
    let order = sampler.probe(census, pass: 0)
    #expect(order.count == 55)
    #expect(drawn(order)[2] == 0)
  }

  @Test("Class-balanced draws choose all images of a class alike")
  func alike() throws {
    let census = ClassCensus(counts: [4, 1])
    let sampler = try ClassBalancedSampling().sampler(for: census)
    var hits = Array(repeating: 0, count: 5)
    for pass in 0..<8000 { for index in sampler.probe(census, pass: pass) { hits[index] += 1 } }
    // 40,000 draws; σ of a share p is √(p(1−p)/40000) ≤ 0.0025.
    for (example, hit) in zip(census.split.examples, hits) {
      let share = example.classIndex == 0 ? 0.125 : 0.5
      #expect(abs(Double(hit) / 40_000 - share) < 5 * 0.0025)
    }
  }

  @Test("Repeat factors of 2.5 draw an image two or three times, others once")
  func repeats() {
    let census = ClassCensus(counts: [6, 20])
    var seen: Set<Int> = []
    let sampler = RepeatFactorSampler(factors: [2.5, 1])
    for pass in 0..<20 {
      var hits = Array(repeating: 0, count: 26)
      for index in sampler.probe(census, pass: pass) { hits[index] += 1 }
      for (example, hit) in zip(census.split.examples, hits) {
        if example.classIndex == 0 { seen.insert(hit) } else { #expect(hit == 1) }
      }
    }
    #expect(seen == [2, 3])
  }

  @Test("Undersampling draws none twice, and other images in another pass")
  func undersampling() throws {
    var strategy = Undersampling()
    strategy.to = 4
    let sampler = try strategy.sampler(for: census)
    var union: Set<Int> = []
    for pass in 0..<200 {
      let order = sampler.probe(census, pass: pass)
      #expect(drawn(order) == [4, 4, 0, 4, 1])
      #expect(Set(order).count == order.count)
      union.formUnion(order)
    }
    // The chance that one of 40 images is never among 4 in 200 passes is 0.9²⁰⁰ ≈ 7e-10.
    #expect(union.count == 55)
  }

  @Test("The smallest class with images sets the size")
  func smallest() throws {
    let sampler = try Undersampling().sampler(for: census)
    #expect(drawn(sampler.probe(census, pass: 0)) == [1, 1, 0, 1, 1])
  }

  @Test("Half the exponent lies half-way, and none is no treatment")
  func tempered() throws {
    let census = ClassCensus(counts: [10000, 2500, 0, 400, 100])
    for strategy in [ClassBalancedSampling(), Undersampling()] as [any Sampling] {
      let sampler = try #require(try strategy.sampler(for: census) as? any TemperableSampler)
      let half = sampler.tempered(by: 0.5, for: census).classMass(for: census)
      let none = sampler.tempered(by: 0, for: census).classMass(for: census)
      assertClose(half, [100.0, 50, 0, 20, 10].map { $0 / 180 }, within: 1e-12)
      assertClose(none, [10000.0, 2500, 0, 400, 100].map { $0 / 13000 }, within: 1e-12)
    }
    let repeated = RepeatFactorSampler(factors: [1, 1, 1, 4, 9]).tempered(by: 0.5, for: census)
    #expect((repeated as? RepeatFactorSampler)?.factors == [1, 1, 1, 2, 3])
  }

  @Test("An empty split gives an empty pass, not a crash")
  func empty() throws {
    let census = ClassCensus(counts: [0, 0])
    for type in StrategyCatalog.all {
      let plan = try type.init().plan(for: census)
      #expect(plan.phases[0].sampler.probe(census, pass: 0).isEmpty)
      let mass = plan.effectiveMass(for: census)[0]
      #expect(mass.effective == [0, 0])
    }
  }
}
