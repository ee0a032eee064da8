import Datasets
import Testing

@Suite("The stratified cut")
struct StratifiedCutTests {
  @Test(
    "follows its stated rule for small classes",
    arguments: [
      (1, 0, 0), (2, 1, 0), (3, 1, 0), (4, 1, 0), (5, 1, 0), (8, 2, 1), (10, 2, 1), (100, 20, 8),
    ])
  func table(count: Int, test: Int, validation: Int) {
    #expect(StratifiedCut.testCount(of: count, share: 0.2) == test)
    #expect(StratifiedCut.validationCount(of: count - test, share: 0.1) == validation)
  }

  @Test("leaves one image for training and two beside validation, whatever the shares")
  func bounds() {
    for count in 1...60 {
      for percent in 1..<100 {
        let share = Double(percent) / 100
        let test = StratifiedCut.testCount(of: count, share: share)
        #expect(test >= (count > 1 ? 1 : 0) && test <= count - 1)
        let validation = StratifiedCut.validationCount(of: count, share: share)
        #expect(validation >= 0 && validation <= max(0, count - 2))
      }
    }
  }

  @Test("keeps the share of the whole close") func total() {
    // Halves round to even: over classes of 5, 15, 25, … images they cancel.
    let sizes = stride(from: 5, through: 395, by: 10)
    let cut = sizes.reduce(0) { $0 + StratifiedCut.validationCount(of: $1, share: 0.1) }
    let all = sizes.reduce(0, +)
    #expect(abs(Double(cut) - 0.1 * Double(all)) <= 1)
  }
}
