import Synchronization

/// Two pictures that are nearly the same, and how near.
public struct NearPair: Codable, Hashable, Sendable {
  /// Index of the first in the cache; the smaller one.
  public var first: Int
  /// Index of the second.
  public var second: Int
  /// Bits in which their hashes differ, of 64.
  public var bits: Int
  /// Mean absolute difference of their pixels, 0 to 255.
  public var difference: Double
  /// The largest mean absolute difference over a block of 4 × 4 pixels, 0 to 255.
  public var largestBlock: Double
}

/// Finds pictures that are nearly the same: a perceptual hash finds candidates, a comparison of
/// pixels confirms them.
///
/// Both look at 32 × 32 pixels. The hash is a difference hash (dHash): 8 rows of 9 mean grey values,
/// a bit for each neighbour on the right that is lighter by more than 2 of 255, so that noise on an
/// even background changes no bit. A pair is confirmed where its hashes differ in at most
/// ``mostBits``, its pixels by at most ``mostDifference`` on average and no block of 4 × 4 pixels by
/// more than ``mostInBlock``.
/// What is confirmed need not be a copy: the same thing photographed in the same way in another
/// colour is near too. `Docs/measurements` says how often.
public struct NearSearch: Sendable {
  /// Height and width of the cache that it looks at.
  public static let size = 32
  /// Most bits in which hashes may differ.
  public static let mostBits = 4
  /// Largest mean difference of pixels.
  public static let mostDifference = 4.0
  /// Largest mean difference within a block.
  public static let mostInBlock = 10.0
  /// Most pairs that are looked for.
  public static let mostPairs = 1_000_000

  private static let side = 4
  private static let blocks = size / side
  private let cache: PixelCache
  private let hashes: [UInt64]
  private let indices: [Int]

  /// A search through a cache.
  ///
  /// - Parameter passedOver: pictures that are not looked at, such as further copies of one.
  /// - Precondition: the cache's pictures are ``size`` × ``size``.
  public init(in cache: PixelCache, passingOver passedOver: Set<Int> = []) {
    precondition(cache.height == Self.size && cache.width == Self.size)
    self.cache = cache
    indices = (0..<cache.count).filter { cache.problem(at: $0) == nil && !passedOver.contains($0) }
    hashes = indices.map { Self.hash(of: cache.pixels(at: $0)) }
  }

  /// All confirmed pairs, by first and second.
  ///
  /// - Parameter threads: that compare; the outcome does not depend on them.
  /// - Throws: ``TooManyNearPairs`` where there are more than ``mostPairs``.
  public func pairs(threads: Int) throws(TooManyNearPairs) -> [NearPair] {
    let found = Mutex<[NearPair]>([])
    for band in Self.bands.indices {
      let mask = Self.bands[band]
      let order = hashes.indices.sorted {
        (hashes[$0] & mask, $0) < (hashes[$1] & mask, $1)
      }
      ParallelLoop.run(count: order.count, threads: threads, block: 64) { place in
        let mine = partners(of: place, in: order, band: band)
        if !mine.isEmpty {
          found.withLock { if $0.count <= Self.mostPairs { $0 += mine } }
        }
      }
    }
    let pairs = found.withLock(\.self)
    guard pairs.count <= Self.mostPairs else { throw TooManyNearPairs() }
    return pairs.sorted { ($0.first, $0.second) < ($1.first, $1.second) }
  }

  /// Five bands of the 64 bits: hashes that differ in at most four bits agree in one of them.
  private static let bands: [UInt64] = (0...mostBits).map { band in
    let (low, high) = (band * 64 / (mostBits + 1), (band + 1) * 64 / (mostBits + 1))
    return (low..<high).reduce(0) { $0 | 1 << UInt64($1) }
  }

  /// Confirmed pairs of one place with the places behind it, as far as their hashes agree in the
  /// band and in none before it.
  private func partners(of place: Int, in order: [Int], band: Int) -> [NearPair] {
    let hash = hashes[order[place]]
    var pairs: [NearPair] = []
    var other = place + 1
    while other < order.count {
      let difference = hash ^ hashes[order[other]]
      guard difference & Self.bands[band] == 0 else { break }
      if difference.nonzeroBitCount <= Self.mostBits,
        Self.bands[..<band].allSatisfy({ difference & $0 != 0 })
      {
        let members = [indices[order[place]], indices[order[other]]].sorted()
        if let pair = Self.confirm(members[0], members[1], difference.nonzeroBitCount, cache) {
          pairs.append(pair)
        }
      }
      other += 1
    }
    return pairs
  }

  private static func confirm(
    _ first: Int, _ second: Int, _ bits: Int, _ cache: PixelCache
  ) -> NearPair? {
    let (one, other) = (cache.pixels(at: first), cache.pixels(at: second))
    let row = size * 3
    let values = Double(side * side * 3)
    var (sum, largest) = (0, 0)
    for top in stride(from: 0, to: size * row, by: side * row) {
      for left in stride(from: top, to: top + row, by: side * 3) {
        var block = 0
        for start in stride(from: left, to: left + side * row, by: row) {
          for place in start..<(start + side * 3) {
            block += abs(Int(one[place]) - Int(other[place]))
          }
        }
        if Double(block) > mostInBlock * values { return nil }
        sum += block
        largest = max(largest, block)
      }
    }
    let difference = Double(sum) / Double(size * row)
    guard difference <= mostDifference else { return nil }
    return NearPair(
      first: first, second: second, bits: bits, difference: difference,
      largestBlock: Double(largest) / values)
  }

  /// The difference hash of 32 × 32 pixels.
  package static func hash(of pixels: UnsafeBufferPointer<UInt8>) -> UInt64 {
    let columns = 9
    func start(_ column: Int) -> Int { column * size / columns }
    var hash: UInt64 = 0
    for band in 0..<8 {
      var sums = [Int](repeating: 0, count: columns)
      for row in (band * side)..<((band + 1) * side) {
        for column in 0..<columns {
          for x in start(column)..<start(column + 1) {
            let place = (row * size + x) * 3
            sums[column] +=
              (299 * Int(pixels[place]) + 587 * Int(pixels[place + 1])
                + 114 * Int(pixels[place + 2])) / 1000
          }
        }
      }
      for column in 0..<8 {
        let (width, next) = (
          start(column + 1) - start(column), start(column + 2) - start(column + 1)
        )
        // The mean on the right is lighter by more than 2: multiplied out, in whole numbers.
        let isLighter = sums[column + 1] * width - sums[column] * next > 2 * side * width * next
        hash = hash << 1 | (isLighter ? 1 : 0)
      }
    }
    return hash
  }
}

/// More pairs of nearly identical pictures than anybody can look at.
public struct TooManyNearPairs: Error, CustomStringConvertible, Hashable, Sendable {
  public var description: String {
    "more than \(NearSearch.mostPairs) pairs of pictures are nearly identical: pictures as plain as"
      + " these cannot be told apart at \(NearSearch.size) x \(NearSearch.size) pixels; leave near out"
  }
}
