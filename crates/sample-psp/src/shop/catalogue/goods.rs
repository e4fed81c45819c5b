//! The goods: six things that a mountain inn with a roastery sells.

use super::Product;

/// What is on the front page.
pub(in crate::shop) static GOODS: [Product; 6] = [
    Product {
        slug: "morgengry",
        name: ("Morgengry", "First Light"),
        text: (
            "Lys filterkaffe, 250 g. Rips, honning og en lang ettersmak.",
            "Light filter roast, 250 g. Redcurrant, honey, a long finish.",
        ),
        price: 14_900,
        picture: "bag",
        tint: "dawn",
    },
    Product {
        slug: "tindebrent",
        name: ("Tindebrent", "Summit Roast"),
        text: (
            "Espresso, 250 g. Mørk sjokolade, valnøtt og litt røyk.",
            "Espresso, 250 g. Dark chocolate, walnut, a little smoke.",
        ),
        price: 16_900,
        picture: "bag",
        tint: "night",
    },
    Product {
        slug: "kokekaffe",
        name: ("Kokekaffe", "Kettle Coffee"),
        text: (
            "Grovmalt for bål og kjele, 500 g. Slik vertinnen koker den.",
            "Coarse grind for fire and kettle, 500 g. As the innkeeper boils it.",
        ),
        price: 19_900,
        picture: "kettle",
        tint: "pine",
    },
    Product {
        slug: "fjellvann",
        name: ("Fjellvann", "Mountain Water"),
        text: (
            "Kaldbrygg på flaske, 33 cl. Atten timer i kjelleren.",
            "Bottled cold brew, 33 cl. Eighteen hours in the cellar.",
        ),
        price: 5_900,
        picture: "bottle",
        tint: "ice",
    },
    Product {
        slug: "kroakoppen",
        name: ("Kroakoppen", "The Inn Cup"),
        text: (
            "Steintøy, 28 cl. Dreid i dalen, glasert med aske.",
            "Stoneware, 28 cl. Thrown in the valley, glazed with ash.",
        ),
        price: 24_900,
        picture: "cup",
        tint: "clay",
    },
    Product {
        slug: "kverna",
        name: ("Kverna", "The Mill"),
        text: ("Håndkvern i bjørk og stål. Varer lenger enn du.", "Hand mill of birch and steel. It will outlast you."),
        price: 89_900,
        picture: "mill",
        tint: "birch",
    },
];
