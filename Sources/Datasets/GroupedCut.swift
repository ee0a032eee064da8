import Randomness

/// Deals the examples of all classes out to sides, such as test and the rest, without parting a group.
///
/// Every class wishes for so many images on each side. Groups of several examples are dealt out first,
/// the largest first, each to the side that is furthest behind:
///
///     the side s with the smallest  Σ_c k_c · (T_sc − A_c · w_sc / n_c) / n_c²
///
/// with k the group's images by class, T what the side holds, A what all sides hold, w the wish and n
/// all images of a class; all images together count as one more class, so that sides have their sizes
/// too. Groups then move, or change places, while that makes Σ_c Σ_s ((images − wish) / n_c)² smaller;
/// single examples fill up what is missing, drawn as ``StratifiedCut`` draws. It is the aim of scikit-learn's `StratifiedGroupKFold` for sides of any
/// share. Where no group has several examples, every side gets what it wishes for.
struct GroupedCut {
  /// The examples of one class, and how many each side wishes for; the wishes sum up to all.
  struct Pool {
    var name: String
    var members: [Int]
    var wishes: [Int]
  }

  /// A group of several examples of the pools.
  struct Block {
    var members: [Int]
    /// How many of them each class has; classes by index, rising.
    var counts: [(pool: Int, count: Int)]
  }

  /// The classes, and behind them all images as one.
  let pools: [Pool]
  let purpose: StratifiedCut.Purpose
  let sides: Int
  private(set) var blocks: [Block] = []
  /// The side of each block.
  private(set) var places: [Int] = []
  /// By pool and side, the images of blocks.
  private var taken: [[Int]]
  /// By pool, examples without company.
  private var singles: [[Int]]
  private var costs: [Double] = []
  /// How many classes may still be looked at while groups move: a count and no time, so that the
  /// outcome is the same on every machine.
  private var patience = 4_000_000

  /// The parts of every pool, by side, rising: a function of the seed, the names, the ids and the
  /// groups.
  static func deal(
    _ pools: [Pool], of examples: [Example], in groups: ExampleGroups?,
    for purpose: StratifiedCut.Purpose, seed: UInt64
  ) -> [[[Int]]] {
    guard let sides = pools.first?.wishes.count else { return [] }
    var cut = GroupedCut(pools, sides: sides, purpose: purpose)
    if let groups {
      cut.findBlocks(examples, groups, seed: seed)
      if !cut.blocks.isEmpty {
        cut.placeBlocks()
        cut.improve()
      }
    }
    return cut.parts(examples, seed: seed)
  }

  private init(_ classes: [Pool], sides: Int, purpose: StratifiedCut.Purpose) {
    let whole = Pool(
      name: "", members: classes.flatMap(\.members),
      wishes: (0..<sides).map { side in classes.reduce(0) { $0 + $1.wishes[side] } })
    (pools, self.sides, self.purpose) = (classes + [whole], sides, purpose)
    taken = Array(repeating: Array(repeating: 0, count: sides), count: pools.count)
    singles = pools.map(\.members)
  }

  /// Of all images as one class.
  private var whole: Int { pools.count - 1 }

  /// Groups with several examples in the pools: the largest first, equal ones in a drawn order.
  private mutating func findBlocks(
    _ examples: [Example], _ groups: ExampleGroups, seed: UInt64
  ) {
    let firsts = groups.representatives()
    var sizes: [Int: Int] = [:]
    for index in pools[whole].members { sizes[firsts[index], default: 0] += 1 }
    func isSingle(_ index: Int) -> Bool { sizes[firsts[index]]! == 1 }
    singles = pools.map { $0.members.filter(isSingle) }
    var found: [Int: Block] = [:]
    for (place, pool) in pools.dropLast().enumerated() {
      for index in pool.members where !isSingle(index) {
        var block = found[firsts[index]] ?? Block(members: [], counts: [])
        block.members.append(index)
        if block.counts.last?.pool == place {
          block.counts[block.counts.count - 1].count += 1
        } else {
          block.counts.append((place, 1))
        }
        found[firsts[index]] = block
      }
    }
    func name(_ block: Block) -> String {
      block.members.map { examples[$0].id }.min(by: Wording.precedes)!
    }
    var named = found.values.map { block in
      var block = block
      block.counts.append((whole, block.members.count))
      return (name: name(block), block: block)
    }
    named.sort { Wording.precedes($0.name, $1.name) }
    var generator = SeededGenerator(
      seed: seed, purpose: .split, epoch: Self.orders + purpose.rawValue)
    generator.shuffle(&named)
    // Sorted by size with the drawn order for ties.
    blocks = named.enumerated().sorted {
      ($1.element.block.members.count, $0.offset) < ($0.element.block.members.count, $1.offset)
    }.map(\.element.block)
  }

  /// Epochs of the stream from here on are orders of groups, those below are cuts of classes.
  private static let orders = 16

  private mutating func placeBlocks() {
    var dealt = Array(repeating: 0, count: pools.count)
    for block in blocks {
      for (pool, count) in block.counts { dealt[pool] += count }
      let pulls = (0..<sides).map { side in
        block.counts.reduce(0.0) { sum, item in
          let (pool, all) = (pools[item.pool], Double(pools[item.pool].members.count))
          let due = Double(dealt[item.pool]) * Double(pool.wishes[side]) / all
          return sum + Double(item.count) * (Double(taken[item.pool][side]) - due) / (all * all)
        }
      }
      // Of equal sides the last: of test and the rest, the rest.
      let side = (0..<sides).min { (pulls[$0], -$0) < (pulls[$1], -$1) }!
      places.append(side)
      for (pool, count) in block.counts { taken[pool][side] += count }
    }
    costs = pools.indices.map(cost)
  }

  /// By side, the images of a pool when single examples fill up what is missing.
  private func filling(_ pool: Int) -> [Int] {
    let needs = zip(pools[pool].wishes, taken[pool]).map { max(0, $0 - $1) }
    var left = singles[pool].count
    if left == 0 { return Array(repeating: 0, count: sides) }
    if needs.reduce(0, +) == left { return needs }
    // Too few for all: the largest needs are cut to one level.
    var fill = needs
    var open = sides
    for side in (0..<sides).sorted(by: { (needs[$0], $0) < (needs[$1], $1) }) {
      fill[side] = min(needs[side], left / open)
      left -= fill[side]
      open -= 1
    }
    return fill
  }

  /// How far a class is from its wishes; beyond that, what must not be is dear.
  private func cost(_ pool: Int) -> Double {
    let all = pools[pool].members.count
    if all == 0 { return 0 }
    let counts = zip(taken[pool], filling(pool)).map(+)
    var sum = 0.0
    for (count, wish) in zip(counts, pools[pool].wishes) {
      let share = Double(count - wish) / Double(all)
      sum += share * share
    }
    switch purpose {
    case .test:
      if counts[0] == all { sum += Self.unlearned }
      if counts[0] == 0, pools[pool].wishes[0] > 0 { sum += Self.untested }
    case .validation: if counts[0] == all { sum += Self.unlearned }
    case .fold:
      if counts.contains(all) { sum += Self.unlearned }
      if pool == whole { sum += Double(counts.count { $0 == 0 }) * Self.unlearned }
    }
    return sum
  }

  /// A class that cannot be learned outweighs everything else.
  private static let unlearned = 1e6
  /// A class that is tested at all is worth more than its share.
  private static let untested = 1.0
  /// So many partners are tried for a block that might change places; of more, every so-manieth.
  private static let partners = 128
  /// A class whose squared deviations sum up to less is near enough.
  private static let nearEnough = 1e-6

  private mutating func improve() {
    for pass in 0..<30 {
      var changed = false
      for block in blocks.indices where patience > 0 && deviates(block, by: 1e-12) {
        let from = places[block]
        for side in 0..<sides where side != from {
          if tryMoves([(block, side)]) {
            changed = true
            break
          }
        }
      }
      if !changed, !swapPairs(pass) { return }
    }
  }

  private mutating func swapPairs(_ pass: Int) -> Bool {
    var changed = false
    let step = max(1, blocks.count / Self.partners)
    for first in blocks.indices where patience > 0 && deviates(first, by: Self.nearEnough) {
      for second in stride(from: (first + pass) % step, to: blocks.count, by: step)
      where places[first] != places[second] {
        if tryMoves([(first, places[second]), (second, places[first])]) { changed = true }
      }
    }
    return changed
  }

  private func deviates(_ block: Int, by limit: Double) -> Bool {
    blocks[block].counts.contains { costs[$0.pool] > limit }
  }

  /// Moves blocks if that brings the classes nearer to their wishes.
  private mutating func tryMoves(_ moves: [(block: Int, side: Int)]) -> Bool {
    let pools = Set(moves.flatMap { blocks[$0.block].counts.map(\.pool) }).sorted()
    patience -= pools.count
    let before = pools.reduce(0.0) { $0 + costs[$1] }
    let old = moves.map { (block: $0.block, side: places[$0.block]) }
    for move in moves { self.move(move.block, to: move.side) }
    let after = pools.map(cost)
    guard after.reduce(0, +) < before - 1e-12 else {
      for move in old { self.move(move.block, to: move.side) }
      return false
    }
    for (pool, cost) in zip(pools, after) { costs[pool] = cost }
    return true
  }

  private mutating func move(_ block: Int, to side: Int) {
    for (pool, count) in blocks[block].counts {
      taken[pool][places[block]] -= count
      taken[pool][side] += count
    }
    places[block] = side
  }

  private func parts(_ examples: [Example], seed: UInt64) -> [[[Int]]] {
    let none = Array(repeating: [Int](), count: sides)
    var parts = Array(repeating: none, count: whole)
    var homes: [Int: Int] = [:]
    for (block, side) in zip(blocks, places) { for index in block.members { homes[index] = side } }
    for place in pools.indices.dropLast() {
      for index in pools[place].members {
        if let side = homes[index] { parts[place][side].append(index) }
      }
      let drawn = StratifiedCut.deal(
        filling(place), of: singles[place], in: examples, for: purpose, seed: seed)
      for side in 0..<sides { parts[place][side] = (parts[place][side] + drawn[side]).sorted() }
    }
    return parts
  }
}
