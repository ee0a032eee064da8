/// The counter-based generator Philox4x64-10.
///
/// A block of four 64-bit words is a pure function of a 256-bit counter and a 128-bit key, so
/// there is no state to save, and any example's numbers can be computed without its neighbours'.
///
/// Salmon, Moraes, Dror, Shaw: "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011.
/// Bit-compatible with `numpy.random.Philox`, except that NumPy increments its counter before the
/// first block.
public enum Philox {
  /// Four words, in the order in which they are consumed.
  public typealias Block = (UInt64, UInt64, UInt64, UInt64)

  /// The block at `counter` under `key`, after ten rounds.
  public static func block(counter: Block, key: (UInt64, UInt64)) -> Block {
    var (x0, x1, x2, x3) = counter
    var (k0, k1) = key
    for round in 0..<10 {
      if round > 0 {
        k0 &+= 0x9E37_79B9_7F4A_7C15
        k1 &+= 0xBB67_AE85_84CA_A73B
      }
      let a = x0.multipliedFullWidth(by: 0xD2E7_470E_E14C_6C93)
      let b = x2.multipliedFullWidth(by: 0xCA5A_8263_9512_1157)
      (x0, x1, x2, x3) = (b.high ^ x1 ^ k0, b.low, a.high ^ x3 ^ k1, a.low)
    }
    return (x0, x1, x2, x3)
  }
}
