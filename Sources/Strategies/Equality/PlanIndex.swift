import Foundation

/// Where a plan's equals may be among many others, so that not all of them need to be compared.
public struct PlanIndex: Sendable {
  private struct Key: Hashable {
    var setting: Int
    /// What equal plans share to the letter, and which numbers of their signatures there are.
    var form: String
    var cell: Int
  }

  private var places: [Key: [Int]] = [:]

  /// An index of nothing.
  public init() {}

  /// Enters a plan.
  ///
  /// - Parameters:
  ///   - place: what is given back; larger than those before it.
  ///   - setting: plans of different settings are never the same.
  public mutating func insert(_ plan: PlanProbe.Probed, at place: Int, setting: Int) {
    guard let key = Self.key(of: plan, setting) else { return }
    places[key, default: []].append(place)
  }

  /// The places of all plans that may be equal to this one, in the order of their numbers; of those
  /// that are left out none is.
  public func places(near plan: PlanProbe.Probed, setting: Int) -> [Int] {
    guard let key = Self.key(of: plan, setting) else { return [] }
    return [key.cell - 1, key.cell, key.cell + 1].flatMap { cell in
      places[Key(setting: setting, form: key.form, cell: cell)] ?? []
    }.sorted()
  }

  /// One number of the whole signature decides the cell.
  ///
  /// Beyond 1 a number counts by its logarithm: two that agree to a part t of the larger one, or to t,
  /// are then at most t / (1 − t) apart, and the sum over n numbers at most n times that. Cells are
  /// wider, so that equal plans lie in one cell or in neighbours.
  private static func key(of plan: PlanProbe.Probed, _ setting: Int) -> Key? {
    guard let form = plan.form else { return nil }
    var sum = 0.0
    var kinds = ""
    for (index, number) in plan.signature.enumerated() {
      kinds += number.isFinite ? "f" : number.isNaN ? "n" : "i"
      guard number.isFinite else { continue }
      let size = abs(number)
      let flat = size <= 1 ? number : (number < 0 ? -1 : 1) * (1 + log(size))
      // Weights that keep swapped numbers apart, none above 1.
      sum += flat * (1 - 0.37 * Double(index % 3) / 2)
    }
    let width = Double(plan.signature.count + 1) * 1.5 * PlanProbe.signatureTolerance
    return Key(
      setting: setting, form: "\(form)|\(kinds)", cell: Int((sum / width).rounded(.down)))
  }
}
