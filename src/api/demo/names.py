"""Names that nobody bears: plants, weather, and a last word that says so."""

from __future__ import annotations

FIRST = (
    "Akasia Anggrek Bakau Bambu Belimbing Benuang Beringin Bougenvil Cemara Cempaka Cendana Dahlia "
    "Damar Delima Durian Enau Flamboyan Gaharu Gambir Jati Jelutung Jeruju Kamboja Kantil Kapuk "
    "Kapur Keladi Kelapa Kemiri Kenanga Kesumba Ketapang Kruing Lada Lengkuas Mahoni Manggis Mawar "
    "Melati Meranti Merbau Nangka Nipah Pakis Palem Pandan Pinang Rambutan Rotan Sagu Salak Sawo "
    "Selasih Sengon Seroja Sukun Teratai Ulin Waru Wijaya"
).split()
SECOND = (
    "Angin Arus Awan Batu Bintang Bukit Bulan Cahaya Danau Embun Fajar Gelombang Gerimis Guntur "
    "Halilintar Hujan Hulu Jeram Kabut Karang Kilat Kuala Langit Laut Lembah Mega Mentari Mutiara "
    "Muara Ombak Padang Pantai Pasir Pelangi Pulau Purnama Rawa Riam Samudra Sawah Senja Sungai "
    "Surya Tanjung Telaga Teluk Topan Ufuk Wana Zamrud"
).split()
LAST = ("Rekaan", "Contoh", "Misalan", "Umpama")


def name_of(index: int) -> str:
    """The invented name of the person with this number; no two alike below 12,000."""
    first = FIRST[index % len(FIRST)]
    second = SECOND[(index // len(FIRST) + index) % len(SECOND)]
    last = LAST[(index // (len(FIRST) * len(SECOND)) + index) % len(LAST)]
    return f"{first} {second} {last}"
