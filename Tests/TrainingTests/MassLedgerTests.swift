import Datasets
import Foundation
import Randomness
import Strategies
import TestSupport
import Testing
import Training

/// What each class received, counted batch by batch.
///
/// Right values: `Tests/References/strategies_realised.py`, exact sums with SciPy's hypergeometric
/// distribution, and a simulation in NumPy beside them.
@Suite struct MassLedgerTests {
  private let census = ClassCensus(counts: [80, 20])

  private func ledger(
    _ loss: any ClassificationLoss, batch: Int, epochs: Int, census: ClassCensus? = nil,
    sampler: any Sampler = EveryExampleOnce()
  ) -> MassLedger {
    let split = (census ?? self.census).split
    var ledger = MassLedger(phases: 1, classCount: 2)
    for epoch in 0..<epochs {
      var generator = SeededGenerator(seed: 5, purpose: .order, epoch: epoch)
      let order = sampler.order(of: split, pass: epoch, feedback: nil, using: &generator)
      for start in stride(from: 0, to: order.count - batch + 1, by: batch) {
        let labels = order[start..<start + batch].map { split.examples[$0].classIndex }
        ledger.add(labels, mixes: [], loss: loss, smoothing: 0, inPhase: 0)
      }
    }
    return ledger
  }

  @Test func `the weights of small batches give the rare class less than they promise`() throws {
    // Weights 1 and 4: promised ½. Batches of 10 and 4 out of 100 images without replacement.
    let loss = InverseWeights().loss(for: census)
    for (batch, right) in [(10, 0.4554420223), (4, 0.3846555717)] {
      let ledger = ledger(loss, batch: batch, epochs: 1500)
      let realised = try #require(ledger.realised)
      #expect(abs(realised[1] - right) < 0.005, "\(batch): \(realised)")
      assertClose(try #require(ledger.drawn), [0.8, 0.2], within: 1e-12)
    }
  }

  @Test func `a class of one in a hundred gets nine percent of batches of ten, not half`() throws {
    let census = ClassCensus(counts: [990, 10])
    let ledger = ledger(
      InverseWeights().loss(for: census), batch: 10, epochs: 300, census: census)
    #expect(abs(try #require(ledger.realised)[1] - 0.0882030753) < 0.005)
  }

  @Test func `divided by the images of a batch, the promise is kept exactly`() throws {
    var weights = InverseWeights()
    weights.reduction = .meanOverExamples
    let realised = try #require(ledger(weights.loss(for: census), batch: 10, epochs: 3).realised)
    assertClose(realised, [0.5, 0.5], within: 1e-12)
    let plain = try #require(ledger(CrossEntropy(), batch: 10, epochs: 3).realised)
    assertClose(plain, [0.8, 0.2], within: 1e-12)
  }

  @Test func `mixed labels and smoothing are counted as the loss sums them`() throws {
    var ledger = MassLedger(phases: 2, classCount: 2)
    let mix = ExampleMix(partner: 1, labelShare: 0.75, pixels: .blend(ownShare: 0.75))
    let loss = CrossEntropy(classWeights: [1, 3], reduction: .meanOverWeights)
    ledger.add([0, 1], mixes: [mix, nil], loss: loss, smoothing: 0.2, inPhase: 1)
    #expect(ledger.phases[0].drawn == [0, 0] && ledger.phases[1].drawn == [1, 1])
    // w' = 0.8 · (1, 3) + 0.2 · 2 = (1.2, 2.8); shares of labels 0.75 and 1.25: 0.9 and 3.5 of 4.4.
    assertClose(ledger.phases[1].received, [0.9 / 4.4, 3.5 / 4.4], within: 1e-12)
    #expect(MassLedger(phases: 1, classCount: 2).realised == nil)
  }

  @Test func `a ledger is the same after it was written and read`() throws {
    let ledger = ledger(InverseWeights().loss(for: census), batch: 10, epochs: 2)
    let data = try JSONEncoder().encode(ledger)
    #expect(try JSONDecoder().decode(MassLedger.self, from: data) == ledger)
  }
}
